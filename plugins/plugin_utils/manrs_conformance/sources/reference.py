"""All reference data of a run, from the intent's sources or from a directory of snapshots."""

from __future__ import annotations

import datetime
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from ..errors import InputError
from ..model.intent import Intent, Neighbour
from ..model.reference import Reference, Vrp
from . import authorised as authorisation
from ._bytes import Sourced, SourceError, age_problem, described, fetch, moment, sourced
from .bogons import load_bogons
from .irr import Dump, IrrdClient, RecordedRegistry, Registry, read_dump
from .rtr import load_rtr
from .vrp import load_vrps

FILES = {"vrps": ("vrps.json", "vrps.json.gz"), "irr": ("irr.json", "irr.rpsl", "irr.rpsl.gz")}
"""Names under which a directory holds snapshots, the first that exists is taken."""
TIMEOUT = "60"


@dataclass(frozen=True, slots=True)
class _Run:
    as_of: str
    base: Path
    max_age_hours: int


def load(
    where: Path | Mapping[str, Mapping[str, str]],
    as_of: str,
    *,
    intent: Intent | None = None,
    base: Path = Path(),
) -> Reference:
    """Reference data at `as_of` (RFC 3339) from a directory of snapshots or from `intent.sources`.

    `intent` names the as-sets and ASNs whose authorised prefixes are wanted, and the greatest age. A source that fails, is empty or
    stale has a `problem` in its provenance; one that was not given is None. InputError means a wrong time, directory or bogon file.
    """
    moment(as_of)
    bogon_file = None
    if isinstance(where, Path):
        if not where.is_dir():
            raise InputError(f"{where}: is not a directory of sources")
        base = where
        bogon_file = where / "bogons.json" if (where / "bogons.json").is_file() else None
        policy = dict(intent.sources.get("authorised", {})) if intent else {}
        where = {**_snapshots(where), **({"authorised": policy} if policy else {})}
    run = _Run(as_of, base, intent.limits.source_max_age_hours if intent else 24)
    bogons = load_bogons(bogon_file, as_of=as_of)
    vrps = _vrps(where["vrps"], run) if "vrps" in where else None
    registry, irr = _registry(where["irr"], run) if "irr" in where else (None, None)
    policy_name = cast(
        authorisation.Policy, where.get("authorised", {}).get("policy", _default_policy(vrps is not None, irr is not None))
    )
    found = {
        key: authorisation.authorised(
            key,
            policy=policy_name,
            registry=registry,
            vrps=vrps.value if vrps else None,
            vrps_problem=vrps.provenance.problem if vrps else None,
        )
        for key in (wanted(intent) if intent and (vrps or irr) else ())
    }
    if irr and irr.provenance.problem:
        found = {key: replace(one, problem=one.problem or irr.provenance.problem) for key, one in found.items()}
    if isinstance(registry, IrrdClient):
        irr = _recorded(registry, irr, run)
    parts: list[Sourced[object]] = [cast("Sourced[object]", one) for one in (bogons, vrps, irr) if one is not None]
    if bogons.value is None:
        raise InputError("the bogon registry is empty")
    return Reference(
        bogons=bogons.value,
        vrps=vrps.value if vrps else None,
        provenance=tuple(one.provenance for one in parts),
        authorised=found,
        raw={digest: raw for one in parts for digest, raw in one.raw.items()},
    )


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


def _snapshots(directory: Path) -> dict[str, dict[str, str]]:
    found = {}
    for source, names in FILES.items():
        for name in names:
            if (directory / name).is_file():
                found[source] = {"file": name}
                break
    return found


def _vrps(settings: Mapping[str, str], run: _Run) -> Sourced[tuple[Vrp, ...]]:
    location = settings.get("url") or settings.get("file") or ""
    hours = int(settings.get("max_age_hours", run.max_age_hours))
    timeout = float(settings.get("timeout", TIMEOUT))
    if not location:
        return sourced("vrps", "", run.as_of, b"", problem="vrps: neither file nor url is given")
    parts = urllib.parse.urlsplit(location)
    if parts.scheme == "rtr":
        if not parts.hostname or not parts.port:
            return sourced("vrps", location, run.as_of, b"", problem=f"{location}: expected rtr://HOST:PORT")
        return load_rtr(parts.hostname, parts.port, as_of=run.as_of, timeout=timeout)
    return load_vrps(location, as_of=run.as_of, max_age_hours=hours, base=run.base, timeout=timeout)


def _registry(settings: Mapping[str, str], run: _Run) -> tuple[Registry | None, Sourced[object]]:
    """A registry to ask and its provenance: a recording, an RPSL dump or servers."""
    location = settings.get("url") or settings.get("file") or ""
    timeout = float(settings.get("timeout", TIMEOUT))
    if not location:
        servers = [_server(one) for one in settings.get("servers", "").split(",") if one]
        names = [one for one in settings.get("irr_sources", "").split(",") if one]
        client = IrrdClient(servers, names, timeout)
        return client, sourced(
            "irr", settings.get("servers", ""), run.as_of, b"", problem=None if servers else "irr: no servers are given"
        )
    raw = b""
    try:
        raw = fetch(location, base=run.base, timeout=timeout)
        registry = RecordedRegistry.read(raw) if raw.lstrip()[:1] == b"{" else read_dump(raw)
        made = _made(registry, location, run.base)
    except SourceError as error:
        return None, sourced("irr", location, run.as_of, raw, problem=f"{location}: {error}")
    late = age_problem(made, run.as_of, int(settings.get("max_age_hours", run.max_age_hours)))
    result: Sourced[object] = sourced("irr", location, run.as_of, raw, problem=f"{location}: {late}" if late else None)
    return registry, described(result, stale=late is not None)


def _server(text: str) -> tuple[str, int]:
    """`host`, `host:port` or `[address]:port`; port 43 unless given."""
    parts = urllib.parse.urlsplit(f"//{text}")
    try:
        if parts.hostname:
            return parts.hostname, parts.port or 43
    except ValueError:
        pass
    raise InputError(f"sources.irr.servers: {text!r} is not a server; expected HOST or HOST:PORT")


def _recorded(client: IrrdClient, asked: Sourced[object] | None, run: _Run) -> Sourced[object]:
    """The provenance of what the servers said."""
    problem = client.trouble or (asked.provenance.problem if asked else None)
    location = client.used or ",".join(f"{host}:{port}" for host, port in client.servers)
    raw = client.recording(run.as_of) if client.recorded else b""
    result: Sourced[object] = sourced("irr", location, run.as_of, raw, problem=problem)
    return described(result, query=f"{len(client.recorded)} queries, sources {','.join(client.sources) or 'all'}")


def _made(registry: RecordedRegistry | Dump, location: str, base: Path) -> datetime.datetime | None:
    """When registry data was taken: as it says itself, else the time of the file."""
    said = registry.retrieved_at if isinstance(registry, RecordedRegistry) else registry.made
    if said is not None:
        try:
            return moment(said)
        except InputError as error:
            raise SourceError(str(error)) from error
    if urllib.parse.urlsplit(location).scheme:
        return None
    return datetime.datetime.fromtimestamp((base / location).stat().st_mtime, datetime.UTC)
