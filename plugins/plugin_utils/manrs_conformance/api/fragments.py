"""Fragments of configuration: what the routers would hold once they were loaded, and which of its lines each fragment brought."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from .. import platforms
from ..errors import InputError, MergeError, UsageError
from ..model.snapshot import Snapshot
from ..platforms import PushPlatform
from .files import Devices, named

SUFFIXES = (".fragment",)
NUMBER = re.compile(r"(?:^| )(?:seq )?\d+(?= (?:permit|deny)\b)")
"""The number of a list entry, which a router gives where a fragment has none."""
ENDLESS = re.compile(r"\d{1000,}")
"""A number that no rule of loading can order."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A device after a fragment: its whole configuration, the fragment's text, and its line for each line that it brought."""

    path: Path
    text: str
    snapshot: Snapshot
    lines: Mapping[int, int]


def load(
    paths: Sequence[Path], base: Sequence[Snapshot], platform: str | None, devices: Devices | None = None
) -> tuple[Loaded, ...]:
    """Every fragment `HOST.PLATFORM.fragment` merged onto its device of the base by the rules of its platform.

    UsageError: nothing to merge onto, a second fragment of one device, a platform whose rules of loading are not known. MergeError names
    file and line that the router would refuse.
    """
    found = named(paths, platform, devices, SUFFIXES)
    if paths and not found:
        raise UsageError(f"{', '.join(map(str, paths))}: no file HOST.PLATFORM{SUFFIXES[0]} is there")
    twice = sorted(host for host, count in Counter(host for _path, host, _name in found).items() if count > 1)
    if twice:
        raise UsageError(
            f"more than one fragment for {', '.join(twice)}: the order of loading would matter; put them into one file"
        )
    running = {one.host: one for one in base}
    out: list[Loaded] = []
    for path, host, name in found:
        if host not in running:
            raise UsageError(f"{path}: the base holds no configuration of {host} to load it onto")
        if running[host].platform != name:
            raise UsageError(f"{path}: {host} is a router of {running[host].platform} in the base, not of {name}")
        out.append(merged(path, running[host]))
    return tuple(out)


def merged(path: Path, running: Snapshot) -> Loaded:
    """One device after the fragment in `path`; errors as in `load`."""
    rules = platforms.load_merge(running.platform)
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    for where, some in ((f"{path}: ", text), ("the running configuration: ", running.config)):
        if endless := ENDLESS.search(some):
            line = some.count("\n", 0, endless.start()) + 1
            raise MergeError(f"{where}line {line} has a number of {len(endless[0]):,} digits, which no router takes")
    try:
        config = rules.merge(running.config, text)
    except MergeError as error:
        raise MergeError(f"{path}: {error}") from None
    state = rules.predict_state(running.state, text) if isinstance(rules, PushPlatform) else running.state
    after = replace(running, config=config, state=state, transport="file")
    return Loaded(path, text, after, brought(running.config, text, config))


def brought(running: str, fragment: str, after: str) -> dict[int, int]:
    """Which line of the fragment each new line of `after` came from; lines are told by their words and the statements around them.

    What the fragment only says again is the running configuration's. A fragment may be flat, in blocks or in `set` form: blocks that a
    router shows and a path of words are the same here.
    """
    held = Counter(path for _line, path, _text in _statements(running))
    full: dict[str, int] = {}
    bare: dict[str, int] = {}
    for line, path, text in _statements(fragment):
        full[NUMBER.sub("", path).strip()] = line
        bare[NUMBER.sub("", text).strip()] = line
    out: dict[int, int] = {}
    for line, path, text in _statements(after):
        held[path] -= 1
        if held[path] >= 0:
            continue
        found = full.get(NUMBER.sub("", path).strip()) or bare.get(NUMBER.sub("", text).strip())
        if found is not None:
            out[line] = found
    return out


def _statements(text: str) -> Iterator[tuple[int, str, str]]:
    """(line, words with those of the blocks around, own words) of every statement of a text in which indentation shows the blocks."""
    around: list[tuple[int, str]] = []
    for number, raw in enumerate(text.splitlines(), 1):
        words = raw.split()
        if not words or words[0][0] in "!#}" or words[0].startswith("/*"):
            continue
        own = " ".join(words).removesuffix(" {").removesuffix(";").removeprefix("set ")
        indent = len(raw) - len(raw.lstrip())
        while around and around[-1][0] >= indent:
            around.pop()
        yield number, " ".join([*(one for _indent, one in around), own]), own
        around.append((indent, own))
