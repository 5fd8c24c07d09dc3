"""Answers of routing registries kept between runs, beside the copies of web sources."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path

from ._bytes import moment
from ._http import SKEW, HttpClient
from .irrd import Copy, IrrdClient


def lend(client: IrrdClient, http: HttpClient, hours: float) -> None:
    """Give a registry client the copies that are young enough, and the manners of the web client: offline, refresh, progress."""
    client.offline, client.refresh, client.progress = http.offline, http.refresh, http.progress
    now = http.clock()
    client.copies = {
        query: one
        for query, one in _read(_place(http.cache, client.servers, client.sources, client.unfiltered)).items()
        if -SKEW <= now - moment(one.at) <= datetime.timedelta(hours=hours)
    }


def keep(client: IrrdClient, http: HttpClient) -> None:
    """Keep what the servers answered in this run; a cache that cannot be written costs a question next time, nothing else."""
    http.requests += client.batches
    path = _place(http.cache, client.servers, client.sources, client.unfiltered)
    if path is None or not client.fresh:
        return
    at = http.clock().strftime("%Y-%m-%dT%H:%M:%SZ")
    held = _read(path) | {query: Copy(client.recorded[query], at) for query in client.fresh}
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = path.with_suffix(f".{os.getpid()}.part")
        part.write_text(json.dumps({query: [one.at, one.answer] for query, one in held.items()}), encoding="utf-8")
        part.replace(path)
    except OSError:
        return


def _place(cache: Path | None, servers: Sequence[tuple[str, int]], sources: Sequence[str], unfiltered: bool) -> Path | None:
    key = json.dumps([sorted(map(list, servers)), list(sources), *(["unfiltered"] if unfiltered else [])])
    return cache / f"{hashlib.sha256(key.encode()).hexdigest()}.irr" if cache else None


def _read(path: Path | None) -> dict[str, Copy]:
    """Everything kept, nothing where the file is damaged."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8")) if path else {}
        found = {str(query): Copy(None if answer is None else str(answer), str(at)) for query, (at, answer) in rows.items()}
        for one in found.values():
            datetime.datetime.fromisoformat(one.at)
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
    return found
