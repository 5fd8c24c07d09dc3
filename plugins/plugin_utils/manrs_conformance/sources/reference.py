"""All reference data of a run, from the intent's sources or from a directory of snapshots."""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import urllib.parse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from ..errors import InputError
from ..model.intent import Intent, Neighbour
from ..model.originated import originated
from ..model.policy import PrefixEntry
from ..model.reference import Earlier, Provenance, Reference
from . import authorised as authorisation
from . import grip, peeringdb, rdap, registrations, ripestat, spoofer
from ._bytes import Sourced, SourceError, age_problem, described, fetch, moment, sourced
from ._copies import keep, lend
from ._http import HttpClient, default_cache
from ._wanted import wanted as wanted_of
from ._web import Tape, Web
from .bogons import load_bogons
from .fullbogons import FAMILY, load_fullbogons
from .irr import RecordedRegistry, Registry, gather
from .irrd import IrrdClient, server_of
from .rpsl import Dump, read_dump
from .rtr import load_rtr
from .vrp import Payloads, load_payloads

__all__ = ["FILES", "INDEX", "WEB", "HttpClient", "default_cache", "index", "load", "wanted", "write"]

WEB: Mapping[str, ModuleType] = {"peeringdb": peeringdb, "rdap": rdap, "spoofer": spoofer, "ripestat": ripestat, "grip": grip}
"""Sources that are asked over the web and recorded; each module has a base URL and reads its answers."""
FILES: Mapping[str, tuple[str, ...]] = {
    "vrps": ("vrps.json", "vrps.json.gz"),
    "irr": ("irr.json", "irr.rpsl", "irr.rpsl.gz"),
    "vrps_before": ("vrps-before.json", "vrps-before.json.gz"),
    "irr_before": ("irr-before.json", "irr-before.rpsl", "irr-before.rpsl.gz"),
    "bogons": ("bogons.json",),
    "fullbogons_v4": ("fullbogons-ipv4.txt",),
    "fullbogons_v6": ("fullbogons-ipv6.txt",),
    **{source: (f"{source}.json",) for source in WEB},
}
"""Names under which a directory holds snapshots: the first is written, the first that exists is read."""
INDEX = "index.json"
"""Where a directory says what each file is, and what failed; it has the shape of a bundle's index of sources."""
TIMEOUT = "60"
ALWAYS = 24 * 366 * 100
"""Hours after which an earlier snapshot, kept to compare with, is too old: never."""


@dataclass(slots=True)
class _Run:
    as_of: str
    base: Path
    max_age_hours: int
    client: HttpClient | None = None
    parts: list[Sourced[Any]] = field(default_factory=list)
    keeps: bool = False
    """Whether answers of routing registries are kept for the next run, as they are by a fetch; an audit asks them itself."""

    def http(self) -> HttpClient:
        """The client, made when the first source needs it."""
        self.client = self.client or HttpClient(cache=default_cache())
        return self.client


def load(
    where: Path | Mapping[str, Mapping[str, str]],
    as_of: str,
    *,
    intent: Intent | None = None,
    base: Path = Path(),
    client: HttpClient | None = None,
    before: Path | None = None,
) -> Reference:
    """Reference data at `as_of` (RFC 3339) from a directory of snapshots or from `intent.sources`.

    `before` is a directory with an earlier state of VRPs and registry to compare with, whatever its age.

    `intent` names what is asked about, and the greatest age. A source that fails, is empty or stale has a `problem` in its provenance; one
    that was not given is None. InputError means a wrong time, directory or bogon file.
    """
    moment(as_of)
    bogon_file = None
    if isinstance(where, Path):
        if not where.is_dir():
            raise InputError(f"{where}: is not a directory of sources")
        base = where
        bogon_file = where / "bogons.json" if (where / "bogons.json").is_file() else None
        where = _snapshots(where, intent.sources if intent else {})
    if before is not None:
        where = {**where, **_earlier(before)}
    run = _Run(as_of, base, intent.limits.source_max_age_hours if intent else 24, client, keeps=client is not None)
    bogons = load_bogons(bogon_file, as_of=as_of)
    if bogons.value is None:
        raise InputError("the bogon registry is empty")
    run.parts.append(bogons)
    return _public(where, run, intent, Reference(bogons.value, fullbogons=_fullbogons(where, run)))


def _fullbogons(where: Mapping[str, Mapping[str, str]], run: _Run) -> dict[int, tuple[PrefixEntry, ...]]:
    """The lists that are given and good, by family."""
    found = {}
    for source, family in FAMILY.items():
        if source in where:
            one = load_fullbogons(
                source, where[source], as_of=run.as_of, base=run.base, max_age_hours=run.max_age_hours, client=run.http
            )
            run.parts.append(one)
            if one.value is not None:
                found[family] = one.value
    return found


def _public(where: Mapping[str, Mapping[str, str]], run: _Run, intent: Intent | None, start: Reference) -> Reference:
    """The sources in the order in which one needs the answers of another."""
    vrps = _vrps(where["vrps"], run, intent.asns if intent else ()) if "vrps" in where else None
    before = _vrps(where["vrps_before"], run, (), "vrps_before", ALWAYS) if "vrps_before" in where else None
    if vrps and vrps.value and before and before.value and not vrps.provenance.problem:
        vrps = _lost_anchors(vrps, before.value)
    registry, irr = _registry(where["irr"], run) if "irr" in where else (None, None)
    payloads = vrps.value if vrps else None
    policy_name = cast(
        authorisation.Policy, where.get("authorised", {}).get("policy", _default_policy(vrps is not None, irr is not None))
    )
    keys = wanted(intent) if intent and (vrps or irr) else ()
    if isinstance(registry, IrrdClient) and policy_name != "rpki":
        with contextlib.suppress(SourceError):  # each key says below what it lacks
            gather(registry, keys)
    found = {
        key: authorisation.authorised(
            key,
            policy=policy_name,
            registry=registry,
            vrps=payloads.vrps if payloads else None,
            vrps_problem=vrps.provenance.problem if vrps else None,
        )
        for key in keys
    }
    first = len(run.parts)
    run.parts += [one for one in (vrps,) if one]
    web = _web(where, run, intent, tuple(asn for one in found.values() for asn in one.origins)) if intent else {}
    facts = None
    if registry is not None and intent is not None:
        seen = originated(intent, web.get("ripestat"))
        sets = tuple(dict.fromkeys([*intent.as_sets, *(key for key in found if not key.upper()[2:].isdigit())]))
        facts = registrations.read(registry, tuple(dict.fromkeys(one.prefix for one in seen)), intent.asns, sets)
    if irr is not None:
        irr = _recorded(registry, irr, run) if isinstance(registry, IrrdClient) else irr
        if irr.provenance.problem:
            own = registry is not None  # else each only says that there is none
            found = {
                key: replace(one, problem=(one.problem if own else None) or irr.provenance.problem) for key, one in found.items()
            }
        run.parts.insert(first + (vrps is not None), irr)
    sets_before = _sets_before(where["irr_before"], run, tuple(facts.sets) if facts else ()) if "irr_before" in where else {}
    run.parts += [before] if before else []
    return replace(
        start,
        vrps=payloads.vrps if payloads else None,
        aspas=payloads.aspas if payloads else None,
        expires=payloads.expires if payloads else {},
        provenance=tuple(one.provenance for one in run.parts),
        authorised=found,
        raw={digest: raw for one in run.parts for digest, raw in one.raw.items()},
        registrations=facts,
        earlier=Earlier(before.value.vrps if before and before.value else None, sets_before),
        **web,
    )


def write(provenance: Sequence[Provenance], raw_bytes: Mapping[str, bytes], directory: Path) -> tuple[Path, ...]:
    """Write a directory that `load` reads: the bytes of every source and the index. OSError when it cannot be written."""
    directory.mkdir(parents=True, exist_ok=True)
    rows, written = [], []
    for one in provenance:
        raw = raw_bytes.get(one.sha256)
        name = FILES[one.source][0] if raw is not None else None
        if raw is not None and name is not None:
            (directory / name).write_bytes(raw)
            written.append(directory / name)
        rows.append({**{key: getattr(one, key) for key in Provenance.__dataclass_fields__}, "file": name})
    (directory / INDEX).write_text(json.dumps(rows, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return (*written, directory / INDEX)


def wanted(intent: Intent) -> tuple[str, ...]:
    """As-sets and ASNs of the intent that stand for authorised prefixes: customers and siblings without pinned ones."""
    keys = [key for one in intent.neighbours if (key := _key(one)) is not None]
    return tuple(dict.fromkeys(keys))


def _key(one: Neighbour) -> str | None:
    if one.relationship not in {"customer", "sibling", "route_server_client"} or one.prefixes is not None:
        return None
    return one.as_set or (f"AS{one.select.asn}" if one.select.asn is not None else None)


def _default_policy(has_vrps: bool, has_irr: bool) -> str:
    return "either" if has_vrps and has_irr else "rpki" if has_vrps else "irr"


def _snapshots(directory: Path, settings: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Settings for the files of a directory, with the ages that the intent sets, and for what its index says that failed."""
    rows = index(directory / INDEX)
    found: dict[str, dict[str, str]] = {}
    for source, names in FILES.items():
        name = next((one for one in names if (directory / one).is_file()), None)
        row = rows.get(source, {})
        kept = {key: value for key, value in settings.get(source, {}).items() if key == "max_age_hours"}
        if name is not None:
            found[source] = {"file": name, **kept, **({"called": str(row["location"])} if row.get("location") else {})}
            if row.get("serial"):
                found[source]["serial"] = str(row["serial"])
        elif row.get("problem"):
            found[source] = {"file": "", "called": str(row.get("location", "")), "failed": str(row["problem"])}
    if "authorised" in settings:
        found["authorised"] = dict(settings["authorised"])
    return found


def _earlier(directory: Path) -> dict[str, dict[str, str]]:
    """Settings for the VRPs and the registry of a directory as the earlier snapshot."""
    if not directory.is_dir():
        raise InputError(f"{directory}: is not a directory of sources")
    found: dict[str, dict[str, str]] = {}
    for source, name in (("vrps", "vrps_before"), ("irr", "irr_before")):
        file = next((directory / one for one in FILES[source] if (directory / one).is_file()), None)
        if file is not None:
            found[name] = {"file": str(file.resolve())}
    if not found:
        raise InputError(f"{directory}: holds neither VRPs nor a registry to compare with")
    return found


def index(path: Path) -> dict[str, dict[str, Any]]:
    """The rows of a folder's index by source, none where it has no index; InputError when it is damaged."""
    if not path.is_file():
        return {}
    try:
        return {str(one["source"]): dict(one) for one in json.loads(path.read_text("utf-8"))}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: is not an index of sources: {error}") from error


def _vrps(
    settings: Mapping[str, str], run: _Run, asns: tuple[int, ...], source: str = "vrps", hours: int | None = None
) -> Sourced[Payloads]:
    location = settings.get("url") or settings.get("file") or ""
    hours = hours or int(settings.get("max_age_hours", run.max_age_hours))
    timeout = float(settings.get("timeout", TIMEOUT))
    if "failed" in settings:
        return sourced(source, settings["called"], run.as_of, b"", problem=settings["failed"])
    if not location:
        return sourced(source, "", run.as_of, b"", problem=f"{source}: neither file nor url is given")
    parts = urllib.parse.urlsplit(location)
    if parts.scheme == "rtr":
        if not parts.hostname or not parts.port:
            return sourced(source, location, run.as_of, b"", problem=f"{location}: expected rtr://HOST:PORT")
        spoken = load_rtr(parts.hostname, parts.port, as_of=run.as_of, timeout=timeout)
        return Sourced(Payloads(spoken.value) if spoken.value else None, replace(spoken.provenance, source=source), spoken.raw)
    named = settings.get("called", "")
    client = run.http() if parts.scheme in {"http", "https"} else None
    found = load_payloads(
        location, as_of=run.as_of, max_age_hours=hours, base=run.base, timeout=timeout, asns=asns, name=named, client=client
    )
    return described(found, source=source)


def _lost_anchors(now: Sourced[Payloads], before: Payloads) -> Sourced[Payloads]:
    """A trust anchor that had payloads and has none makes valid routes not-found, or worse: the set is not relied on."""
    lost = sorted(set(before.anchors) - set(now.value.anchors if now.value else ()))
    if not lost:
        return now
    return described(
        now, problem=f"{now.provenance.location}: holds no VRP of the trust anchor {', '.join(lost)}, which had some before"
    )


def _web(where: Mapping[str, Mapping[str, str]], run: _Run, intent: Intent, origins: tuple[int, ...]) -> dict[str, Any]:
    """Values of the web sources that are given, None for one that failed altogether."""
    what = wanted_of(intent, origins)
    out = {}
    for source, module in WEB.items():
        if source in where:
            one = _asked(source, module, where[source], run, what)
            run.parts.append(one)
            out[source] = one.value
    return out


def _asked(source: str, module: ModuleType, settings: Mapping[str, str], run: _Run, what: Any) -> Sourced[Any]:
    """One web source, live or from a recording; a recording that is too old has a problem, and its value with it."""
    if "failed" in settings:
        return sourced(source, settings["called"], run.as_of, b"", problem=settings["failed"])
    hours = int(settings.get("max_age_hours", run.max_age_hours))
    file = settings.get("file")
    location = settings.get("called") or file or settings.get("url") or module.BASE
    raw = b""
    try:
        if file:
            raw = fetch(file, base=run.base, timeout=float(settings.get("timeout", TIMEOUT)))
            value = module.read(Tape.read(raw), what)
        else:
            web = _live(source, module, settings, run, hours)
            value = module.read(web, what)
            raw = web.recording()
        tape = Tape.read(raw)
    except SourceError as error:
        return sourced(source, location, run.as_of, raw, problem=f"{location}: {error}")
    late = age_problem(moment(tape.retrieved_at), run.as_of, hours)
    failures = sorted({one.problem for one in value.values() if one.problem})
    problem = late or (failures[0] if failures and all(one.problem for one in value.values()) else None)
    notes = sorted({str(one["note"]) for one in tape.answers.values() if one.get("note")})
    result: Sourced[Any] = sourced(source, location, run.as_of, raw, value, problem=f"{location}: {problem}" if problem else None)
    said = {"retrieved_at": tape.retrieved_at, "query": f"{len(tape.answers)} questions", "note": "; ".join(notes[:3])}
    return described(result, stale=late is not None, **said)


def _live(source: str, module: ModuleType, settings: Mapping[str, str], run: _Run, hours: int) -> Web:
    client = run.http()
    client.timeout = float(settings.get("timeout", client.timeout))
    secret = os.environ.get(settings.get("key_env") or str(getattr(module, "KEY", "")), "")
    base = settings.get("url") or module.BASE
    return Web(source, base, client, hours, run.as_of, module.headers(secret) if secret else {}, bool(secret))


def _sets_before(settings: Mapping[str, str], run: _Run, names: tuple[str, ...]) -> dict[str, tuple[int, ...]]:
    """ASNs of as-sets in the earlier snapshot; one that it does not hold is left out."""
    registry, one = _registry({**settings, "max_age_hours": str(ALWAYS)}, run)
    run.parts.append(described(one, source="irr_before"))
    found = {name: registrations.set_facts(registry, name) for name in names} if registry is not None else {}
    return {name: each.asns for name, each in found.items() if each.exists}


def _registry(settings: Mapping[str, str], run: _Run) -> tuple[Registry | None, Sourced[object]]:
    """A registry to ask and its provenance: a recording, an RPSL dump or servers."""
    if "failed" in settings:
        return None, sourced("irr", settings["called"], run.as_of, b"", problem=settings["failed"])
    location = settings.get("url") or settings.get("file") or ""
    called = settings.get("called") or location
    timeout = float(settings.get("timeout", TIMEOUT))
    if not location:
        servers = [server_of(one) for one in settings.get("servers", "").split(",") if one]
        names = [one for one in settings.get("irr_sources", "").split(",") if one]
        client = IrrdClient(servers, names, timeout, unfiltered=settings.get("rpki_filter") == "off")
        if run.keeps:
            lend(client, run.http(), float(settings.get("max_age_hours", run.max_age_hours)))
        return client, sourced(
            "irr", settings.get("servers", ""), run.as_of, b"", problem=None if servers else "irr: no servers are given"
        )
    raw = b""
    try:
        raw = fetch(location, base=run.base, timeout=timeout)
        registry = RecordedRegistry.read(raw) if raw.lstrip()[:1] == b"{" else read_dump(raw)
        made = _made(registry, location, run.base, settings.get("serial"))
    except SourceError as error:
        return None, sourced("irr", called, run.as_of, raw, problem=f"{called}: {error}")
    late = age_problem(made, run.as_of, int(settings.get("max_age_hours", run.max_age_hours)))
    trouble = registry.trouble if isinstance(registry, RecordedRegistry) else None
    problem = f"{called}: {late}" if late else trouble
    result: Sourced[object] = sourced("irr", called, run.as_of, raw, problem=problem)
    stamp = made.strftime("%Y-%m-%dT%H:%M:%SZ") if made else None
    return registry, described(result, stale=late is not None, serial=stamp)


def _recorded(client: IrrdClient, asked: Sourced[object] | None, run: _Run) -> Sourced[object]:
    """The provenance of what the servers said."""
    if run.keeps:
        keep(client, run.http())
    problem = client.trouble or (asked.provenance.problem if asked else None)
    location = client.used or ",".join(f"{host}:{port}" for host, port in client.servers)
    raw = client.recording(run.as_of) if client.recorded or problem else b""
    result: Sourced[object] = sourced("irr", location, run.as_of, raw, problem=problem)
    said = {"retrieved_at": client.made(run.as_of), "note": client.note}
    return described(
        result,
        query=f"{len(client.recorded)} queries, sources {','.join(client.sources) or 'all'}{', RPKI invalid shown' * client.unfiltered}",
        **said,
    )


def _made(registry: RecordedRegistry | Dump, location: str, base: Path, known: str | None) -> datetime.datetime | None:
    """When registry data was taken: as it says itself, else as an index says (`known`), else the time of the file."""
    said = (registry.retrieved_at if isinstance(registry, RecordedRegistry) else registry.made) or known
    if said is not None:
        try:
            return moment(said)
        except InputError as error:
            raise SourceError(str(error)) from error
    if urllib.parse.urlsplit(location).scheme:
        return None
    return datetime.datetime.fromtimestamp((base / location).stat().st_mtime, datetime.UTC)
