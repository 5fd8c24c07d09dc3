"""Files as a git revision holds them: the base side of a change that is not committed yet."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..errors import InputError, UsageError

PREFIX = "git:"


@contextlib.contextmanager
def base_side(base: str, candidate: Path | None, files: Sequence[Path | None]) -> Iterator[tuple[Path, list[Path | None]]]:
    """The base folder and the given rule files on the base side, while the context lasts.

    `base` is a path, taken as it is, or `git:REV`: then folder and files are those of that revision of the repository that holds
    `candidate`. InputError names what the revision lacks.
    """
    if not base.startswith(PREFIX):
        path = Path(base)
        if not path.exists():
            raise InputError(f"{base}: no such file or folder")
        yield path, list(files)
        return
    if candidate is None:
        raise UsageError(f"{base}: a revision names no folder of its own; with fragments alone give the base as a file or folder")
    revision = base.removeprefix(PREFIX)
    top = Path(_git(candidate if candidate.is_dir() else candidate.parent, "rev-parse", "--show-toplevel").decode().strip())
    with tempfile.TemporaryDirectory() as folder:
        wanted = [candidate, *(one for one in files if one is not None)]
        places = {one: _extract(top, revision, one, Path(folder)) for one in wanted}
        yield places[candidate], [None if one is None else places[one] for one in files]


def _extract(top: Path, revision: str, path: Path, folder: Path) -> Path:
    """Where a path of the revision was written; a folder that the revision lacks is empty there, a missing file is an InputError."""
    try:
        inside = path.resolve().relative_to(top)
    except ValueError:
        raise InputError(f"{path}: lies outside the repository {top}, so {PREFIX}{revision} cannot tell what it was") from None
    target = folder / inside
    if not _git(top, "ls-tree", "-r", "--name-only", revision, "--", inside.as_posix()):
        if not path.is_dir():
            raise InputError(f"{path}: revision {revision} does not hold it")
        target.mkdir(parents=True, exist_ok=True)
        return target
    with tarfile.open(fileobj=io.BytesIO(_git(top, "archive", "--format=tar", revision, "--", inside.as_posix()))) as archive:
        _unpack(archive, folder)
    return target


def _unpack(archive: tarfile.TarFile, folder: Path) -> None:
    """Write what git packed; the filters of `tarfile` are lacking before Python 3.11.4."""
    top = folder.resolve()
    for member in archive:
        target = top / member.name
        leads = target.parent / member.linkname if member.issym() else target
        if not Path(os.path.normpath(leads)).is_relative_to(top) or not target.parent.resolve().is_relative_to(top):
            raise InputError(
                f"{member.name}: leads out of the repository, where no revision tells what it was; put the file itself there"
            )
        if member.isdir():
            target.mkdir(parents=True, exist_ok=True)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        if member.issym():
            target.symlink_to(member.linkname)
        elif (content := archive.extractfile(member)) is not None:
            target.write_bytes(content.read())


def _git(where: Path, *words: str) -> bytes:
    try:
        return subprocess.run(["git", "-C", str(where), *words], check=True, capture_output=True).stdout
    except FileNotFoundError:
        raise InputError(f"{PREFIX}REV needs the program git") from None
    except subprocess.CalledProcessError as error:
        raise InputError(f"git {words[0]}: {error.stderr.decode(errors='replace').strip()}") from None
