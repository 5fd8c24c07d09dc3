"""Configurations as a list of blocks, each stored once under its SHA-256: routers of a fleet share their long lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from . import bag
from .canonical import document, loads

SHARED = 20
"""Lines of one list from which it becomes a block of its own."""
FOLDER = "data/objects"


def cut(text: str) -> list[str]:
    """Cut a text into blocks whose sum it is: every run of many lines of one list, and what lies between such runs."""
    out: list[str] = []
    between: list[str] = []
    for lines in _runs(text.splitlines(keepends=True)):
        if len(lines) < SHARED:
            between += lines
            continue
        out += ["".join(between)] * bool(between) + ["".join(lines)]
        between = []
    return out + ["".join(between)] * bool(between)


def _runs(lines: list[str]) -> Iterator[list[str]]:
    """Lines one after the other that belong to one list: of one indentation, or with the same words up to the name."""
    first, start = 0, "\0"
    name: tuple[str, ...] = ("\0",)
    for number, line in enumerate(lines):
        if line.startswith(start):
            continue
        found = _list(line)
        if found != name and number > first:
            yield lines[first:number]
            first = number
        name, start = found, " ".join(found) + " " if len(found) == WORDS else "\0"
    if lines:
        yield lines[first:]


WORDS = 3
"""Words that name a list, as in `ip prefix-list NAME`."""


def _list(line: str) -> tuple[str, ...]:
    """What lines of one list share: the indentation, or the words up to the name."""
    indent = line[: len(line) - len(line.lstrip(" \t"))]
    return (indent,) if indent else tuple(line.split(None, WORDS)[:WORDS])


def store(folder: str, text: str) -> dict[str, bytes]:
    """Files that hold a text: its blocks, and `config.blocks.json` in the device's folder, which lists them in order."""
    data = [piece.encode("utf-8", "backslashreplace") for piece in cut(text)]
    names = [bag.digest(piece) for piece in data]
    files = {f"{FOLDER}/{name}": piece for name, piece in zip(names, data, strict=True)}
    return files | {f"{folder}/config.blocks.json": document({"blocks": names})}


def text(folder: str, held: Callable[[str], bool], read: Callable[[str], bytes]) -> str:
    """The redacted configuration of a device's folder, whichever way it is stored; empty where the bundle has none."""
    if held(f"{folder}/config.redacted.txt"):
        return read(f"{folder}/config.redacted.txt").decode("utf-8")
    return b"".join(read(f"{FOLDER}/{name}") for name in names(folder, held, read)).decode("utf-8")


def names(folder: str, held: Callable[[str], bool], read: Callable[[str], bytes]) -> list[str]:
    """SHA-256 of the blocks of a device, in order; none where it is not stored so."""
    if not held(f"{folder}/config.blocks.json"):
        return []
    return list(map(str, loads(read(f"{folder}/config.blocks.json"))["blocks"]))
