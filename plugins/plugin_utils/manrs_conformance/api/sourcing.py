"""Fetching public data into a folder, showing what a folder holds, and telling two folders apart."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .. import checks
from ..analysis import authority, observatory, prefixes
from ..errors import InputError, UsageError
from ..model.intent import Intent
from ..model.reference import Provenance, Reference, Vrp
from ..sources import fullbogons
from ..sources import intent as intents
from ..sources import reference as references

AUTHORISED = frozenset({"customer", "sibling", "route_server_client"})
SHOWN = 20
"""Full bogons that a comparison lists each way."""
BEFORE = {"vrps": "vrps_before", "irr": "irr_before"}


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a fetch brought: where each source came from and what failed, the files written, and how many requests it took."""

    provenance: tuple[Provenance, ...]
    files: tuple[Path, ...]
    requests: int

    @property
    def problems(self) -> tuple[str, ...]:
        """What failed, in words."""
        return tuple(f"{one.source}: {one.problem}" for one in self.provenance if one.problem)


@dataclass(frozen=True, slots=True)
class Held:
    """One source in a folder."""

    source: str
    file: str
    size: int
    sha256: str
    made: str
    note: str
    problem: str


def fetch_sources(
    intent: Path,
    out: Path,
    *,
    as_of: str,
    only: Sequence[str] = (),
    cache: Path | None = None,
    offline: bool = False,
    refresh: bool = False,
    progress: Callable[[str], None] | None = None,
) -> Fetched:
    """Ask the sources that the intent names, and the public web sources beside them, and write the folder that `--sources` reads.

    `only` limits it to these sources. What the folder held of ROAs and as-sets is kept beside the new as the earlier snapshot, so that an
    audit can say what changed. UsageError for an unknown source.
    """
    declared = intents.load_intent(intent)
    unknown = sorted(set(only) - set(references.FILES))
    if unknown:
        raise UsageError(f"{unknown[0]} is not a source; known: {', '.join(sorted(references.FILES))}")
    asked: dict[str, Mapping[str, str]] = {name: {} for name in references.WEB} | dict(declared.sources)
    asked = {name: one for name, one in asked.items() if not only or name in only or name == "authorised"}
    asked |= _earlier(out, asked)
    client = references.HttpClient(cache or references.default_cache(), offline, refresh, progress=progress)
    found = references.load(asked, as_of, intent=declared, base=intent.parent, client=client)
    rows = [_earlier_kept(one, found.provenance, out) for one in found.provenance if one.source != "bogons"]
    kept = [one for one in rows if one is not None]
    for one in kept:
        if one.sha256 not in found.raw:
            for name in references.FILES[one.source]:
                (out / name).unlink(missing_ok=True)
    return Fetched(tuple(kept), references.write(kept, found.raw, out), client.requests)


def _earlier(out: Path, asked: Mapping[str, Mapping[str, str]]) -> dict[str, Mapping[str, str]]:
    """The folder's present files as the earlier snapshots, where the intent names none."""
    found: dict[str, Mapping[str, str]] = {}
    for source, name in BEFORE.items():
        file = next((out / one for one in references.FILES[source] if (out / one).is_file()), None)
        if source in asked and name not in asked and file is not None:
            found[name] = {"file": str(file.resolve())}
    return found


def _earlier_kept(one: Provenance, rows: Sequence[Provenance], out: Path) -> Provenance | None:
    """An earlier snapshot, unless it is what we have again and the folder holds an older one."""
    if one.source not in BEFORE.values():
        return one
    same = any(other.sha256 == one.sha256 for other in rows if BEFORE.get(other.source) == one.source)
    older = any((out / name).is_file() for name in references.FILES[one.source])
    return None if same and older else replace(one, location=references.FILES[one.source][0])


def held_sources(folder: Path) -> tuple[Held, ...]:
    """What a folder of sources holds; InputError when its index cannot be read."""
    if not folder.is_dir():
        raise InputError(f"{folder}: is not a directory of sources")
    rows = references.index(folder / references.INDEX)
    out = []
    for source, names in references.FILES.items():
        file = next((folder / one for one in names if (folder / one).is_file()), None)
        row = rows.get(source, {})
        if file is None and not row.get("problem"):
            continue
        raw = file.read_bytes() if file else b""
        digest = hashlib.sha256(raw).hexdigest() if raw else ""
        changed = bool(row.get("file")) and row.get("sha256") != digest
        problem = str(row.get("problem") or "") or ("the file is not the one that was fetched" if changed else "")
        out.append(
            Held(source, file.name if file else "", len(raw), digest, _made(source, raw, row), str(row.get("note") or ""), problem)
        )
    return tuple(out)


def _made(source: str, raw: bytes, row: Mapping[str, Any]) -> str:
    """When the content says that it was made."""
    if source in fullbogons.FAMILY:
        when = fullbogons.made(raw)
        return when.strftime("%Y-%m-%dT%H:%M:%SZ") if when else str(row.get("serial") or "")
    try:
        content: Any = json.loads(raw)
        meta = content.get("metadata") or {}
        return str(content.get("retrieved_at") or meta.get("buildtime") or meta.get("generatedTime") or content.get("dated") or "")
    except (ValueError, AttributeError):
        return ""


def source_changes(old: Path, new: Path, intent: Path, as_of: str) -> tuple[str, ...]:
    """What two folders say differently of the operator: own ROA payloads, and every check on public data whose answer changed."""
    declared = intents.load_intent(intent)
    before, after = (references.load(one, as_of, intent=declared) for one in (old, new))
    lines = [*_payload_changes(before, after, declared), *_bogon_changes(before, after)]
    first, second = (
        {(one.check, one.subject, one.cause): one for one in checks.run_all({}, {}, declared, each)} for each in (before, after)
    )
    for key in sorted({*first, *second}):
        was, now = first.get(key), second.get(key)
        words = (was.status.value if was else "-", now.status.value if now else "-")
        if (was and (was.status, was.message)) != (now and (now.status, now.message)):
            shown = now or was
            lines.append(f"{key[0]} {key[1]}: {words[0]} -> {words[1]}: {shown.message if shown else ''}")
    return tuple(lines)


def _payload_changes(before: Reference, after: Reference, intent: Intent) -> Iterator[str]:
    def ours(one: Reference) -> set[Vrp]:
        own = {each.prefix for each in intent.prefixes}
        return {each for each in one.vrps or () if each.asn in intent.asns or each.prefix in own}

    yield f"VRPs: {len(before.vrps or ())} -> {len(after.vrps or ())}"
    for word, change in (("gone", ours(before) - ours(after)), ("new", ours(after) - ours(before))):
        for one in sorted(change, key=lambda each: (each.prefix, each.asn, each.max_length)):
            yield f"ROA {word}: {one.prefix} maxLength {one.max_length} AS{one.asn}"


def _bogon_changes(before: Reference, after: Reference) -> Iterator[str]:
    for family in sorted({*before.fullbogons, *after.fullbogons}):
        was, now = (set(one.fullbogons.get(family, ())) for one in (before, after))
        yield f"full bogons of IPv{family}: {len(was) or 'none'} -> {len(now) or 'none'}"
        for word, change in (("gone", was - now), ("new", now - was)):
            for net, length, *_ in sorted(change)[:SHOWN]:
                yield f"full bogon {word}: {prefixes.text(4 if family == 4 else 6, net, length)}"
            if len(change) > SHOWN:
                yield f"full bogon {word}: and {len(change) - SHOWN} more"


def authorised_ranges(folder: Path, intent: Path, as_of: str) -> Iterator[str]:
    """What each customer, sibling and client of a route server may announce, and why, a line each."""
    declared = intents.load_intent(intent)
    reference = references.load(folder, as_of, intent=declared)
    for one in declared.neighbours:
        if one.relationship not in AUTHORISED:
            continue
        asn = one.select.asn
        known = authority.of(one, asn, reference)
        who = " ".join(filter(None, (one.relationship.replace("_", " "), f"AS{asn}" if asn else "", one.as_set, one.name)))
        yield f"{who}: {known.problem or f'IPv4 ranges: {len(known.v4)}, IPv6 ranges: {len(known.v6)}'}"
        if not known.problem:
            for words, why in authority.reasoned(known):
                yield f"    {words}: {why}"
        for words, why in known.reasons.items():
            if why.startswith(("excluded", "this as-set")):
                yield f"    {words}: {why}"


def observatory_figures(folder: Path, intent: Path, as_of: str) -> tuple[observatory.Figure, ...]:
    """The figures of the MANRS Observatory that a folder of sources gives, with what they count."""
    declared = intents.load_intent(intent)
    return observatory.figures(declared, references.load(folder, as_of, intent=declared))
