"""Validated ROA payloads from the JSON of rpki-client or Routinator, by file or URL."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..model.reference import Vrp
from ._bytes import Sourced, SourceError, age_problem, described, fetch, moment, sourced, split_prefix, unpack

SOURCE = "vrps"


def load_vrps(
    location: str, *, as_of: str, max_age_hours: int, base: Path = Path(), timeout: float = 60
) -> Sourced[tuple[Vrp, ...]]:
    """VRPs of a file or URL; what fails, is empty, cut short or too old has a `problem` in its provenance."""
    try:
        raw = fetch(location, base=base, timeout=timeout)
    except SourceError as error:
        return sourced(SOURCE, location, as_of, b"", problem=str(error))
    return parse_vrps(raw, location, as_of=as_of, max_age_hours=max_age_hours)


def parse_vrps(raw: bytes, location: str, *, as_of: str, max_age_hours: int) -> Sourced[tuple[Vrp, ...]]:
    """VRPs of recorded bytes (gzip or plain); a stale set is returned with its problem, a damaged one is not."""
    now = moment(as_of).timestamp()
    try:
        document = _document(raw)
        vrps, until = _read(document["roas"], now)
        metadata = document.get("metadata")
        metadata = metadata if isinstance(metadata, Mapping) else {}
        _complete(document["roas"], metadata)
    except SourceError as error:
        return sourced(SOURCE, location, as_of, raw, problem=f"{location}: {error}")
    if not vrps:
        return sourced(SOURCE, location, as_of, raw, problem=f"{location}: holds no VRP")
    made = _made(metadata)
    late = age_problem(made, as_of, max_age_hours)
    result = sourced(SOURCE, location, as_of, raw, vrps, problem=f"{location}: {late}" if late else None)
    return described(
        result,
        stale=late is not None,
        serial=str(metadata["serial"]) if "serial" in metadata else None,
        valid_until=_stamp(until) if until is not None else None,
    )


def _document(raw: bytes) -> dict[str, Any]:
    try:
        document = json.loads(unpack(raw))
    except (ValueError, RecursionError) as error:
        raise SourceError(f"is not complete JSON: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("roas"), list):
        raise SourceError("has no list `roas`; expected the JSON of rpki-client or Routinator")
    return document


def _read(items: list[Any], now: float) -> tuple[tuple[Vrp, ...], float | None]:
    """VRPs in order of prefix, without those that expired, and when the first of them expires."""
    found: dict[tuple[int, int, int, int, int], Vrp] = {}
    until: float | None = None
    for index, item in enumerate(items):
        try:
            key, vrp = _entry(item)
            expires = item.get("expires")
            if isinstance(expires, (int, float)) and not isinstance(expires, bool):
                if expires <= now:
                    continue
                until = expires if until is None else min(until, expires)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise SourceError(f"roas[{index}] cannot be read: {error}") from error
        found[key] = vrp
    return tuple(found[key] for key in sorted(found)), until


def _entry(item: Mapping[str, Any]) -> tuple[tuple[int, int, int, int, int], Vrp]:
    prefix, asn = item["prefix"], item["asn"]
    family, network, length = split_prefix(prefix)
    longest = item.get("maxLength", length)
    if isinstance(asn, str):
        asn = int(asn[2:] if asn[:2].upper() == "AS" else asn)
    if isinstance(asn, bool) or not isinstance(asn, int) or not 0 <= asn <= 4294967295:
        raise ValueError(f"AS number {asn!r}")
    if isinstance(longest, bool) or not isinstance(longest, int) or not length <= longest <= (128 if family == 6 else 32):
        raise ValueError(f"maxLength {longest!r} of {prefix}")
    return (family, network, length, longest, asn), Vrp(prefix, longest, asn)


def _complete(items: list[Any], metadata: Mapping[str, Any]) -> None:
    """rpki-client counts its VRPs: a file with fewer was cut and patched."""
    stated = metadata.get("uniquevrps")
    if isinstance(stated, int) and len(items) < stated:
        raise SourceError(f"holds {len(items)} of {stated} VRPs that its metadata states")


def _made(metadata: Mapping[str, Any]) -> datetime.datetime | None:
    for key in ("buildtime", "generatedTime"):
        text = metadata.get(key)
        if isinstance(text, str):
            try:
                when = datetime.datetime.fromisoformat(text)
            except ValueError:
                continue
            return when.astimezone(datetime.UTC) if when.tzinfo else when.replace(tzinfo=datetime.UTC)
    number = metadata.get("generated")
    if isinstance(number, (int, float)) and not isinstance(number, bool) and 0 < number < 1 << 36:
        return datetime.datetime.fromtimestamp(number, datetime.UTC)
    return None


def _stamp(seconds: float) -> str | None:
    try:
        return datetime.datetime.fromtimestamp(seconds, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, ValueError, OSError):
        return None
