"""Prefixes and AS numbers that must never be seen in the global table, from a dated registry file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..model.policy import PrefixEntry
from ..model.reference import Bogons
from ._bytes import Sourced, described, sourced, split_prefix

SOURCE = "bogons"
SHIPPED = Path(__file__).resolve().parent.parent / "data" / "bogons.json"


def load_bogons(path: Path | None = None, *, as_of: str) -> Sourced[Bogons]:
    """The shipped registry, or another of the same shape; raises InputError when it cannot be read or is empty."""
    chosen = path or SHIPPED
    location = str(path) if path else "shipped bogons.json"
    try:
        raw = chosen.read_bytes()
        bogons = parse_bogons(raw)
    except OSError as error:
        raise InputError(f"{location}: cannot be read: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{location}: is not a bogon registry: {error}") from error
    return described(sourced(SOURCE, location, as_of, raw, bogons), serial=bogons.dated)


def parse_bogons(raw: bytes) -> Bogons:
    """A registry from its JSON; raises ValueError, KeyError or TypeError when it is not one."""
    data = json.loads(raw)
    names: dict[str, str] = {}
    families: dict[int, list[PrefixEntry]] = {4: [], 6: []}
    for item in data["prefixes"]:
        family, network, length = split_prefix(item["prefix"])
        families[family].append((network, length, length, 32 if family == 4 else 128, True, 0))
        names[item["prefix"]] = _name(item)
    ranges = []
    for item in data["asns"]:
        first, last = int(item["first"]), int(item["last"])
        if not 0 <= first <= last <= 4294967295:
            raise ValueError(f"AS numbers {first}-{last}")
        ranges.append((first, last))
        names[f"AS{first}" if first == last else f"AS{first}-AS{last}"] = _name(item)
    if not families[4] or not families[6] or not ranges:
        raise ValueError("a family or the AS numbers are empty")
    return Bogons(
        v4=tuple(sorted(families[4])),
        v6=tuple(sorted(families[6])),
        asns=tuple(sorted(ranges)),
        transit_free=tuple(sorted(int(item["asn"]) for item in data["transit_free"])),
        dated=str(data["dated"]),
        names=names,
    )


def _name(item: dict[str, Any]) -> str:
    return f"{item['name']} ({item['rfc']})"
