"""Writing a bag file by file: nothing but digests stays in memory, and nothing is seen until all of it is right."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType

from ..errors import BundleError, UsageError
from . import bag
from .sshsig import Signer

Look = Callable[[str, bytes], Iterable[str]]
"""Looks for secrets in a file of this name; gives what it found."""


class Writer(Mapping[str, bytes]):
    """A bag in a hidden folder beside its place, as a mapping that reads back what was written; `finish` renames it into place.

    A file is looked at before it reaches the disk, and is not written when something is found in it. Leaving without `finish` removes all.
    """

    def __init__(self, directory: Path, look: Look) -> None:
        """UsageError when something is at the bag's place already."""
        if directory.is_symlink() or (directory.exists() and (not directory.is_dir() or any(directory.iterdir()))):
            raise UsageError(f"{directory}: already exists; a bundle is never overwritten")
        self.directory = directory
        self.digests: dict[str, str] = {}
        self.size = 0
        self._look = look
        self._leaks: list[str] = []
        self._folded: dict[str, str] = {}
        self._folders: set[Path] = set()
        self._part: Path | None = None

    def __enter__(self) -> Writer:
        """Make the hidden folder."""
        try:
            self.directory.parent.mkdir(parents=True, exist_ok=True)
            self._part = Path(tempfile.mkdtemp(prefix=f".{self.directory.name}.", suffix=".part", dir=self.directory.parent))
        except OSError as problem:
            raise UsageError(f"{self.directory}: could not be written: {problem}") from problem
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Remove what was not finished."""
        if self._part is not None:
            shutil.rmtree(self._part, ignore_errors=True)

    def __getitem__(self, name: str) -> bytes:
        """Read a file back; BundleError when anything was refused so far, as it could be this file."""
        self._refuse()
        if name not in self.digests:
            raise KeyError(name)
        return (self._here() / name).read_bytes()

    def __iter__(self) -> Iterator[str]:
        """Names of payload files."""
        return iter(self.digests)

    def __len__(self) -> int:
        """Number of payload files."""
        return len(self.digests)

    def __contains__(self, name: object) -> bool:
        """Whether a file was written, without reading it."""
        return name in self.digests

    def add(self, files: Mapping[str, bytes]) -> None:
        """Write payload files; the same file twice is written once, another one of its name is a BundleError, as is an unsafe name."""
        for name, data in files.items():
            value = bag.digest(data)
            if self.digests.get(name) == value:
                continue
            if not bag.SAFE_PATH.fullmatch(name) or name.lower() in self._folded:
                raise BundleError(f"unsafe or colliding name in bundle: {name!r}")
            self._folded[name.lower()] = name
            self.digests[name] = value
            self.size += len(data)
            self._put(name, data)

    def finish(self, labels: Mapping[str, str], verify_text: bytes, signer: Signer | None) -> str:
        """Add the tag files and the signature, and rename all into place; gives the root. BundleError when a file would show a secret."""
        tags = {
            "bagit.txt": bag.DECLARATION,
            "bag-info.txt": bag.info(labels, self.size, len(self)),
            bag.PAYLOAD: bag.listing(self.digests),
            "VERIFY.txt": verify_text,
        }
        root = bag.manifest(tags)
        for name, data in (*tags.items(), (bag.TAGS, root)):
            self._put(name, data)
        self._refuse()
        if signer:
            self._store(bag.SIGNATURE, signer.sign(root))
        part = self._here()
        try:
            for folder in (part, *self._folders):
                folder.chmod(0o755)
            part.rename(self.directory)
        except OSError as problem:
            raise UsageError(f"{self.directory}: could not be written: {problem}") from problem
        self._part = None
        return bag.digest(root)

    def _refuse(self) -> None:
        if self._leaks:
            raise BundleError("bundle not written, it would publish secrets: " + "; ".join(self._leaks[:20]))

    def _put(self, name: str, data: bytes) -> None:
        found = list(self._look(name, data))
        self._leaks += found
        if not found:
            self._store(name, data)

    def _store(self, name: str, data: bytes) -> None:
        part = self._here()
        target = part / name
        try:
            if target.parent not in self._folders:
                target.parent.mkdir(parents=True, exist_ok=True)
                self._folders |= {one for one in target.parents if part in one.parents}
            with target.open("xb") as out:
                out.write(data)
            target.chmod(0o644)
        except OSError as problem:
            raise UsageError(f"{self.directory}: could not be written: {problem}") from problem

    def _here(self) -> Path:
        if self._part is None:
            raise UsageError(f"{self.directory}: is not being written")
        return self._part
