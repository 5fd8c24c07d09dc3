"""Validated ROA payloads from the JSON of rpki-client or Routinator, by file or URL."""

from __future__ import annotations

import datetime
import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from socket import AF_INET, AF_INET6, inet_pton
from typing import Any

from ..analysis import origin
from ..analysis.collecting import uncollected
from ..model.public import Aspa
from ..model.reference import Vrp
from . import _columns
from ._bytes import Sourced, SourceError, age_problem, described, fetch_noted, moment, sourced, split_prefix, unpack
from ._http import HttpClient

SOURCE = "vrps"
ANCHORS = frozenset({"afrinic", "apnic", "arin", "lacnic", "ripe"})
LENGTHS = {str(length): length for length in range(129)}
WHOLE = 1000
"""From so many VRPs on, a set is taken for that of the whole Internet, in which every registry's trust anchor has a part."""


@dataclass(frozen=True, slots=True)
class Payloads:
    """Everything of a validator's file: VRPs, ASPAs (None where it has no list of them), ends, and VRPs by trust anchor."""

    vrps: Sequence[Vrp]
    aspas: tuple[Aspa, ...] | None = None
    expires: Mapping[Vrp, str] = field(default_factory=dict)
    anchors: Mapping[str, int] = field(default_factory=dict)


def load_vrps(location: str, *, as_of: str, max_age_hours: int, base: Path = Path(), timeout: float = 60) -> Sourced[Sequence[Vrp]]:
    """VRPs of a file or URL; what fails, is empty, cut short or too old has a `problem` in its provenance."""
    return _only_vrps(load_payloads(location, as_of=as_of, max_age_hours=max_age_hours, base=base, timeout=timeout))


def load_payloads(
    location: str,
    *,
    as_of: str,
    max_age_hours: int,
    base: Path = Path(),
    timeout: float = 60,
    asns: Sequence[int] = (),
    name: str = "",
    client: HttpClient | None = None,
) -> Sourced[Payloads]:
    """VRPs, ASPAs and the ends of the VRPs of `asns`; `name` is what messages call the location."""
    try:
        raw, note = fetch_noted(
            location, base=base, timeout=timeout, client=client, max_age_hours=max_age_hours, check=_whole if client else bytes
        )
    except SourceError as error:
        return sourced(SOURCE, name or location, as_of, b"", problem=str(error))
    return described(parse_payloads(raw, name or location, as_of=as_of, max_age_hours=max_age_hours, asns=asns), note=note)


def parse_vrps(raw: bytes, location: str, *, as_of: str, max_age_hours: int) -> Sourced[Sequence[Vrp]]:
    """VRPs of recorded bytes (gzip or plain); a stale set is returned with its problem, a damaged one is not."""
    return _only_vrps(parse_payloads(raw, location, as_of=as_of, max_age_hours=max_age_hours))


def _only_vrps(one: Sourced[Payloads]) -> Sourced[Sequence[Vrp]]:
    return Sourced(one.value.vrps if one.value else None, one.provenance, one.raw)


def parse_payloads(raw: bytes, location: str, *, as_of: str, max_age_hours: int, asns: Sequence[int] = ()) -> Sourced[Payloads]:
    """Everything of recorded bytes (gzip or plain); a stale set is returned with its problem, a damaged one is not."""
    now = moment(as_of).timestamp()
    try:
        with uncollected():
            document = _document(raw)
            vrps, until, expires = _read(document["roas"], now, frozenset(asns))
        aspas = _aspas(document.get("aspas"), now)
        metadata = document.get("metadata")
        metadata = metadata if isinstance(metadata, Mapping) else {}
        _complete(document["roas"], metadata)
    except SourceError as error:
        return sourced(SOURCE, location, as_of, raw, problem=f"{location}: {error}")
    if not vrps:
        return sourced(SOURCE, location, as_of, raw, problem=f"{location}: holds no VRP")
    made = _made(metadata)
    late = age_problem(made, as_of, max_age_hours)
    anchors = _anchors(document["roas"])
    lost = sorted(ANCHORS - set(anchors)) if len(vrps) >= WHOLE and ANCHORS & set(anchors) else []
    problem = late or (f"holds no VRP of the trust anchor {', '.join(lost)}" if lost else None)
    value = Payloads(vrps, aspas, expires, anchors)
    result = sourced(SOURCE, location, as_of, raw, value, problem=f"{location}: {problem}" if problem else None)
    return described(
        result,
        stale=late is not None,
        serial=str(metadata["serial"]) if "serial" in metadata else None,
        valid_until=_stamp(until) if until is not None else None,
    )


def _anchors(items: list[Any]) -> dict[str, int]:
    """VRPs by trust anchor, in lower case."""
    found: Counter[str] = Counter()
    names = [one.get("ta") for one in items]
    try:
        counted = Counter(names)
    except TypeError:  # a list or an object
        counted = Counter(str(one or "") for one in names)
    for name, number in counted.items():
        if name:
            found[str(name).lower()] += number
    return found


def _whole(raw: bytes) -> None:
    """ValueError for bytes that are no validator's file."""
    try:
        _document(raw)
    except SourceError as error:
        raise ValueError(str(error)) from error


def _document(raw: bytes) -> dict[str, Any]:
    try:
        document = json.loads(unpack(raw))
    except (ValueError, RecursionError) as error:
        raise SourceError(f"is not complete JSON: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("roas"), list):
        raise SourceError("has no list `roas`; expected the JSON of rpki-client or Routinator")
    return document


def _read(items: list[Any], now: float, asns: frozenset[int]) -> tuple[Sequence[Vrp], float | None, dict[Vrp, str]]:
    """VRPs in order of prefix, without those that expired, when the first of them expires, and when those of `asns` do."""
    vrps, until, ends = _columns.read(items, now, asns) or _one_by_one(items, now, asns)
    return vrps, None if until == math.inf else until, {vrp: _stamp(end) or "" for vrp, end in ends.items()}


def _one_by_one(items: list[Any], now: float, asns: frozenset[int]) -> tuple[Sequence[Vrp], float, Mapping[Vrp, float]]:
    """As `_read`: what is written as validators write it takes the short way, all else `_entry`'s."""
    found: tuple[dict[int, Vrp], dict[int, Vrp]] = ({}, {})
    four, six = found
    ends: dict[Vrp, float] = {}
    until = math.inf
    for index, item in enumerate(items):
        try:
            expires = item.get("expires")
            dated = expires is not None and not isinstance(expires, bool) and isinstance(expires, (int, float))
            if dated:
                if expires <= now:
                    _entry(item)
                    continue
                until = min(until, expires)
            prefix, asn, longest = item["prefix"], item["asn"], item.get("maxLength")
            if isinstance(asn, str) and asn[:2] == "AS" and asn[2:].isdigit():
                asn = int(asn[2:])
            address, _, size = prefix.partition("/")
            length = LENGTHS.get(size, -1)
            if type(asn) is int and type(longest) is int and 0 <= asn <= 4294967295 and 0 <= length <= longest:
                if ":" in address:
                    network, bits, into = int.from_bytes(inet_pton(AF_INET6, address), "big"), 128, six
                else:
                    network, bits, into = int.from_bytes(inet_pton(AF_INET, address), "big"), 32, four
                if longest <= bits and not network & ((1 << (bits - length)) - 1):
                    vrp = Vrp(prefix, longest, asn)
                    into[((network << 8 | length) << 8 | longest) << 32 | asn] = vrp
                    if dated and asn in asns:
                        ends[vrp] = max(expires, ends.get(vrp, 0))
                    continue
            (family, network, length, longest, asn), vrp = _entry(item)
            found[family == 6][((network << 8 | length) << 8 | longest) << 32 | asn] = vrp
            if dated and vrp.asn in asns:
                ends[vrp] = max(expires, ends.get(vrp, 0))
        except (KeyError, TypeError, ValueError, AttributeError, OSError) as error:
            raise SourceError(f"roas[{index}] cannot be read: {_reason(item, error)}") from error
    orders = [sorted(table) for table in found]
    vrps = tuple(table[key] for table, order in zip(found, orders, strict=True) for key in order)
    origin.keep_numbers(vrps, *orders)
    return vrps, until, ends


def _reason(item: Any, error: Exception) -> Exception:
    """What the strict reading says of the entry."""
    try:
        _entry(item)
    except (KeyError, TypeError, ValueError, AttributeError) as strict:
        return strict
    return error


def _aspas(items: object, now: float) -> tuple[Aspa, ...] | None:
    """ASPAs of rpki-client (`customer_asid`) or Routinator (`customer`); None where the file has no list of them."""
    if not isinstance(items, list):
        return None
    found: dict[int, set[int]] = {}
    for index, item in enumerate(items):
        try:
            customer = _asn(item["customer_asid"] if "customer_asid" in item else item["customer"])
            providers = {_asn(one) for one in item["providers"]}
            expires = item.get("expires")
        except (KeyError, TypeError, ValueError) as error:
            raise SourceError(f"aspas[{index}] cannot be read: {error}") from error
        if not (isinstance(expires, (int, float)) and expires <= now):
            found.setdefault(customer, set()).update(providers)
    return tuple(Aspa(customer, tuple(sorted(found[customer]))) for customer in sorted(found))


def _asn(value: Any) -> int:
    """An AS number as a number or as `AS64500`; raises ValueError."""
    if isinstance(value, str):
        value = int(value[2:] if value[:2].upper() == "AS" else value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 4294967295:
        raise ValueError(f"AS number {value!r}")
    return value


def _entry(item: Mapping[str, Any]) -> tuple[tuple[int, int, int, int, int], Vrp]:
    prefix, asn = item["prefix"], _asn(item["asn"])
    family, network, length = split_prefix(prefix)
    longest = item.get("maxLength", length)
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
