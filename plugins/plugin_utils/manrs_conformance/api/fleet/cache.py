"""What a router came to before: kept in a folder by the content of everything that it depends on.

A key is a digest of the engine's own files, of what the run is judged by, and of all that was read from the router; nothing else can change an
answer, so an entry is never out of date, it is only never asked for again. Entries are trusted like the engine itself: a folder that others can
write to is refused.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ...errors import UsageError
from ...model.reference import Reference
from ...model.snapshot import Snapshot

DIGEST = hashlib.sha256().digest_size


@dataclass(frozen=True, slots=True)
class Cache:
    """A folder of results; `run` is the digest of engine, intent and reference data."""

    folder: Path
    run: str

    @classmethod
    def open(cls, folder: Path, intent: bytes, reference: Reference) -> Cache:
        """The folder, made when it is not there; UsageError when somebody else could write to it."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        found = folder.stat()
        if found.st_uid != os.getuid() or found.st_mode & 0o022:
            raise UsageError(f"{folder}: a cache of results must belong to you and be writable by you alone (chmod 700)")
        from ...evidence import tool  # not before: an audit without a cache starts without what writes bundles

        known = sorted(json.dumps(dataclasses.asdict(one), sort_keys=True) for one in reference.provenance)
        content = json.dumps([tool.engine_digest(), sys.version, hashlib.sha256(intent).hexdigest(), reference.bogons.dated, known])
        return cls(folder, hashlib.sha256(content.encode()).hexdigest())

    def get(self, snapshot: Snapshot) -> bytes | None:
        """What was found before, packed, or None; a file that was damaged counts for nothing."""
        try:
            found = self._path(snapshot).read_bytes()
        except OSError:
            return None
        digest, data = found[:DIGEST], found[DIGEST:]
        return data if hashlib.sha256(data).digest() == digest else None

    def put(self, snapshot: Snapshot, data: bytes) -> None:
        """Keep a packed result; a full disk costs speed only."""
        path = self._path(snapshot)
        with contextlib.suppress(OSError):
            path.parent.mkdir(mode=0o700, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
                file.write(hashlib.sha256(data).digest() + data)
            Path(file.name).replace(path)

    def _path(self, snapshot: Snapshot) -> Path:
        content = hashlib.sha256(self.run.encode())
        state = sorted(snapshot.state.items())
        for part in (
            snapshot.host,
            snapshot.platform,
            snapshot.config,
            json.dumps(state),
            json.dumps(sorted(snapshot.facts.items())),
        ):
            data = part.encode("utf-8", "surrogatepass")
            content.update(f"{len(data)} ".encode())
            content.update(data)
        name = content.hexdigest()
        return self.folder / name[:2] / name[2:]
