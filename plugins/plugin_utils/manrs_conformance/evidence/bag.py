"""The bag (BagIt 1.0, RFC 8493): its form, and reading one that may be hostile."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import BundleError, UsageError

PAYLOAD = "manifest-sha256.txt"
TAGS = "tagmanifest-sha256.txt"
SIGNATURE = TAGS + ".sig"
STAMP = SIGNATURE + ".tsr"
CHAIN = "tsa-chain.pem"
DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
SAFE_PATH = re.compile(r"data(?:/[A-Za-z0-9][A-Za-z0-9._-]{0,150}){1,8}")
COVERED = ("VERIFY.txt", "bag-info.txt", "bagit.txt", PAYLOAD)

MAX_FILES = 200_000
MAX_FILE = 2 << 30
MAX_TOTAL = 64 << 30
MAX_TAG = 64 << 20
MAX_DEPTH = 9
MAX_HELD = 256 << 20
"""Bytes of records that a reading keeps at most; what does not fit is read again when it is asked for."""
LARGE = 256 << 10
"""Bytes above which a file is compared in a thread: below, the way to the thread costs more than the digest."""
THREADS = min(8, os.cpu_count() or 1)
COUNTED = "data/objects/"
CONFIG = "/config.redacted.txt"


def digest(data: bytes) -> str:
    """SHA-256 as hexadecimal text."""
    return hashlib.sha256(data).hexdigest()


def manifest(files: Mapping[str, bytes]) -> bytes:
    """A manifest in the form of `sha256sum`, sorted by path."""
    return listing({name: digest(data) for name, data in files.items()})


def listing(digests: Mapping[str, str]) -> bytes:
    """A manifest of files whose digests are known."""
    return "".join(f"{value}  {name}\n" for name, value in sorted(digests.items())).encode()


def info(values: Mapping[str, str], size: int, count: int) -> bytes:
    """`bag-info.txt`: the given labels and the Payload-Oxum (bytes, files) that betrays added files."""
    labels = {**{key: _one_line(value) for key, value in values.items() if value}, "Payload-Oxum": f"{size}.{count}"}
    return "".join(f"{key}: {value}\n" for key, value in sorted(labels.items())).encode()


def _one_line(text: str) -> str:
    return " ".join(text.encode("utf-8", "backslashreplace").decode().split())


@dataclass(frozen=True, slots=True)
class Bag:
    """A bag read from disk: root, what is wrong with it, and a reader that gives only bytes whose digest is right."""

    path: Path
    root: str
    root_bytes: bytes
    entries: Mapping[str, str]
    problems: tuple[str, ...]
    signatures: Mapping[str, bytes]
    sizes: Mapping[str, int]
    stamp: tuple[bytes, bytes] | None = None
    """Timestamp over the first signature and the chain of its authority."""
    lines: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Of configurations and their blocks: ends of lines, and 1 when something follows the last."""
    held: Mapping[str, bytes] = field(default_factory=dict)
    """Records kept from the reading that compared their digests, so that they need not be read again."""

    def read(self, name: str, limit: int = 512 << 20) -> bytes:
        """Bytes of a payload file; BundleError when it is absent, too large or not what the manifest says."""
        if name not in self.entries:
            raise BundleError(f"{name}: not in the manifest")
        if (kept := self.held.get(name)) is not None and len(kept) <= limit:
            return kept
        data = read_plain(f"{self.path}/{name}", limit)
        if digest(data) != self.entries[name]:
            raise BundleError(f"{name}: digest does not match")
        return data


def read_plain(path: Path | str, limit: int) -> bytes:
    """Bytes of a regular file, links not followed; BundleError otherwise."""
    chunks: list[bytes] = []
    _each_chunk(path, limit, chunks.append)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _each_chunk(path: Path | str, limit: int, take: Callable[[bytes], object]) -> int:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except (OSError, ValueError) as problem:
        raise BundleError(f"{os.path.basename(path)}: cannot be read: {problem}") from problem
    try:
        held = os.fstat(handle)
        if not stat.S_ISREG(held.st_mode):
            raise BundleError(f"{os.path.basename(path)}: not a regular file")
        size, asked = 0, min(1 << 20, held.st_size + 1)
        while chunk := os.read(handle, asked):
            size += len(chunk)
            if size > limit:
                raise BundleError(f"{os.path.basename(path)}: larger than {limit} bytes")
            take(chunk)
            if len(chunk) < asked and size == held.st_size:
                break
            asked = 1 << 20
    finally:
        os.close(handle)
    return size


class _Reading:
    """Files compared with their digests: small ones in turn, long ones beside them in threads, as hashing lets other threads run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sizes: dict[str, int] = {}
        self.lines: dict[str, tuple[int, int]] = {}
        self.held: dict[str, bytes] = {}
        self.room = MAX_HELD

    def all(self, entries: Mapping[str, str], files: Mapping[str, int]) -> list[str]:
        """Compare every file; gives what is wrong, in order of names. `files` are sizes as found in the folder."""
        large = [name for name in entries if files.get(name, 0) > LARGE]
        wrong: dict[str, str | None] = {}
        with ThreadPoolExecutor(THREADS) as pool:
            beside = {name: pool.submit(self.one, name, entries[name]) for name in large}
            for name, expected in entries.items():
                if name not in beside:
                    wrong[name] = self.one(name, expected)
            wrong |= {name: one.result() for name, one in beside.items()}
        return [problem for _name, problem in sorted(wrong.items()) if problem]

    def one(self, name: str, expected: str) -> str | None:
        """Compare a file; gives what is wrong with it."""
        state, counting, keep = hashlib.sha256(), name.startswith(COUNTED) or name.endswith(CONFIG), self._kept(name)
        chunks: list[bytes] = []
        ends, last = 0, b"\n"

        def take(chunk: bytes) -> None:
            nonlocal ends, last
            state.update(chunk)
            if counting:
                ends, last = ends + chunk.count(b"\n"), chunk[-1:]
            elif keep and len(chunks) * (1 << 20) <= self.room:
                chunks.append(chunk)

        try:
            size = self.sizes[name] = _each_chunk(f"{self.path}/{name}", MAX_FILE, take)
        except BundleError as problem:
            return str(problem) if str(problem).startswith(name) else f"{name}: {problem}"
        if state.hexdigest() != expected:
            return f"{name}: digest does not match the manifest"
        if counting:
            self.lines[name] = ends, int(last != b"\n")
        elif keep and size <= self.room:
            self.room -= size
            self.held[name] = b"".join(chunks)
        return None

    @staticmethod
    def _kept(name: str) -> bool:
        return name.endswith((".json", ".jsonl")) and not name.startswith(("data/witnesses/", "data/sources/raw/", "data/tool/"))


def read(path: Path) -> Bag:
    """Read a bag and compare every file with its manifests; problems are listed, nothing is followed or unpacked."""
    if path.is_symlink() or not path.is_dir():
        raise UsageError(f"{path}: not a bundle directory (unpack an archive first)")
    problems: list[str] = []
    files, folders = _walk(path, problems)
    entries = _read_manifest(path, PAYLOAD, problems, payload=True)
    tags = _read_manifest(path, TAGS, problems, payload=False)
    root_bytes = _tag(path, TAGS, problems)
    if set(tags) != set(COVERED):
        problems.append(f"{TAGS}: must cover exactly {', '.join(COVERED)}")
    reading = _Reading(path)
    problems += reading.all({**tags, **entries}, files)
    signatures = {
        name: _tag(path, name, problems) for name in sorted(files) if re.fullmatch(re.escape(SIGNATURE) + r"(\.[2-9])?", name)
    }
    stamp = _stamp(path, set(files), problems)
    expected_files = {*entries, *tags, TAGS, *signatures, *((STAMP, CHAIN) if stamp else ())}
    problems.extend(f"{name!r}: not in any manifest" for name in sorted(set(files) - expected_files))
    parents = set()
    for name in entries:
        while (name := name.rpartition("/")[0]) and name not in parents:
            parents.add(name)
    problems.extend(f"{name!r}: unexpected directory" for name in sorted(folders - parents))
    _info(path, entries, reading.sizes, problems)
    wrong = tuple(dict.fromkeys(problems))
    return Bag(path, digest(root_bytes), root_bytes, entries, wrong, signatures, reading.sizes, stamp, reading.lines, reading.held)


def _stamp(path: Path, files: set[str], problems: list[str]) -> tuple[bytes, bytes] | None:
    if not {STAMP, CHAIN} & files:
        return None
    if not {STAMP, CHAIN, SIGNATURE} <= files:
        problems.append(f"{STAMP}, {CHAIN} and {SIGNATURE} stand together or not at all")
        return None
    return _tag(path, STAMP, problems), _tag(path, CHAIN, problems)


def add(path: Path, files: Mapping[str, bytes]) -> None:
    """Add files beside the signed ones; UsageError when one is there already."""
    try:
        for name, data in files.items():
            with (path / name).open("xb") as out:
                out.write(data)
            (path / name).chmod(0o644)
    except OSError as problem:
        raise UsageError(f"{path}: could not be added to: {problem}") from problem


def _tag(path: Path, name: str, problems: list[str]) -> bytes:
    try:
        return read_plain(path / name, MAX_TAG)
    except BundleError as problem:
        problems.append(str(problem))
        return b""


def _walk(path: Path, problems: list[str]) -> tuple[dict[str, int], set[str]]:
    files: dict[str, int] = {}
    folders: set[str] = set()
    total = 0
    pending: list[tuple[Path, str, int]] = [(path, "", 0)]
    while pending:
        folder, prefix, depth = pending.pop()
        with os.scandir(folder) as found:
            for one in found:
                name = prefix + one.name
                if len(files) + len(folders) > MAX_FILES or depth > MAX_DEPTH:
                    problems.append("too many files or too deep: reading stopped")
                    return files, folders
                if one.is_symlink():
                    problems.append(f"{name!r}: is a symbolic link")
                elif one.is_dir(follow_symlinks=False):
                    folders.add(name)
                    pending.append((Path(one.path), name + "/", depth + 1))
                elif one.is_file(follow_symlinks=False):
                    files[name] = one.stat(follow_symlinks=False).st_size
                    total += files[name]
                else:
                    problems.append(f"{name!r}: is neither file nor directory")
    if total > MAX_TOTAL:
        problems.append(f"bundle is larger than {MAX_TOTAL} bytes")
    return files, folders


def _read_manifest(path: Path, name: str, problems: list[str], *, payload: bool) -> dict[str, str]:
    text = _tag(path, name, problems).decode("utf-8", "replace")
    entries: dict[str, str] = {}
    folded: set[str] = set()
    if text and not text.endswith("\n"):
        problems.append(f"{name}: last line is cut short")
    for number, line in enumerate(text.split("\n")[:-1], 1):
        found = re.fullmatch(r"([0-9a-f]{64})  (.+)", line)
        if not found:
            problems.append(f"{name} line {number}: not `SHA-256  path`")
            continue
        value, entry = found[1], found[2]
        safe = SAFE_PATH.fullmatch(entry) if payload else entry in COVERED
        if not safe:
            problems.append(f"{name} line {number}: unsafe or unexpected path {entry!r}")
        elif entry.lower() in folded:
            problems.append(f"{name} line {number}: {entry!r} is listed twice or differs only in case")
        else:
            entries[entry] = value
            folded.add(entry.lower())
        if len(entries) > MAX_FILES:
            problems.append(f"{name}: too many entries")
            return {}
    return entries


def _info(path: Path, entries: Mapping[str, str], sizes: Mapping[str, int], problems: list[str]) -> None:
    if _tag(path, "bagit.txt", problems) != DECLARATION:
        problems.append("bagit.txt: not a BagIt 1.0 declaration")
    found = re.findall(
        r"(?m)^Payload-Oxum: (\d{1,20})\.(\d{1,9})$", _tag(path, "bag-info.txt", problems).decode("utf-8", "replace")
    )
    total = (str(sum(sizes.get(name, 0) for name in entries)), str(len(entries)))
    if found != [total]:
        problems.append(f"bag-info.txt: Payload-Oxum is not {'.'.join(total)}")
