"""Where the text of each router lies: read when it is needed, and never all at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ... import collect
from ...errors import InputError
from ...model.snapshot import Snapshot
from ..files import Devices, named, read_saved

SAVED = ".snapshot.json"


@dataclass(frozen=True, slots=True)
class Text:
    """One router's text: a snapshot in memory, a saved snapshot, or a saved configuration with its platform."""

    host: str
    path: Path | None = None
    platform: str | None = None
    held: Snapshot | None = None

    def read(self) -> Snapshot:
        """The snapshot; InputError names the file."""
        if self.held is not None:
            return self.held
        assert self.path is not None
        return collect.load(self.path) if self.platform is None else read_saved(self.path, self.host, self.platform)


class Snapshots(Mapping[str, Snapshot]):
    """Snapshots by host, read at each access: the text of a fleet does not stay in memory."""

    def __init__(self, texts: Iterable[Text]) -> None:
        """`texts` by host; InputError when two carry one name."""
        self._texts: dict[str, Text] = {}
        for one in texts:
            if one.host in self._texts:
                raise InputError(f"two snapshots carry the host name {one.host}; give every device its own")
            self._texts[one.host] = one

    def __getitem__(self, host: str) -> Snapshot:
        """The snapshot of a host."""
        return self._texts[host].read()

    def __contains__(self, host: object) -> bool:
        """Whether a host is among them; nothing is read."""
        return host in self._texts

    def __iter__(self) -> Iterator[str]:
        """Hosts in order of their names."""
        return iter(sorted(self._texts))

    def __len__(self) -> int:
        """How many there are."""
        return len(self._texts)

    def texts(self) -> tuple[Text, ...]:
        """Where they lie, in order of the hosts."""
        return tuple(self._texts[host] for host in self)


def of_snapshots(snapshots: Iterable[Snapshot]) -> Snapshots:
    """Snapshots that are in memory already."""
    return Snapshots(Text(one.host, held=one) for one in snapshots)


def of_run(paths: Iterable[Path], failed: Iterable[Snapshot] = ()) -> Snapshots:
    """Snapshots that a run saved, and those of routers that could not be read."""
    return Snapshots([*(Text(collect.load(path).host, path) for path in paths), *(Text(one.host, held=one) for one in failed)])


def of_files(paths: Sequence[Path], platform: str | None, devices: Devices | None = None) -> Snapshots:
    """Saved configurations and snapshots (`*.snapshot.json`) as a command line names them; a folder stands for all of both in it."""
    snapshots = [one for one in paths if one.name.endswith(SAVED)]
    for folder in paths:
        snapshots += sorted(folder.glob(f"*{SAVED}")) if folder.is_dir() else []
    texts = [
        Text(host, path, name) for path, host, name in named([one for one in paths if one not in snapshots], platform, devices)
    ]
    return Snapshots([*texts, *(Text(collect.load(one).host, one) for one in snapshots)])
