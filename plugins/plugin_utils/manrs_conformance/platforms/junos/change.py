"""The output of `show | compare` read back: the configuration that it makes of another.

`[edit PATH]` opens a hunk; in it `-` and `+` statements go and come, unmarked ones only say between which others, and `!` ones are activated,
deactivated or moved. A block that is unmarked is shown as `{ ... }`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ...errors import MergeError
from .lexer import TOKEN
from .loading import Loader, rule_of
from .merge import printed, reading
from .schema import ROOT, Rules
from .statements import Key, Raw, Refused, Statement, curly, key_of, read

EDIT = re.compile(r"\[edit(?: (.*))?\]")


@dataclass(slots=True)
class _Part:
    """Statements of a hunk under one sign."""

    sign: str
    raw: Raw


def after(running: str, diff: str) -> str | None:
    """The configuration that the difference leads to, printed anew; ValueError when it does not fit."""
    if not diff.strip():
        return running
    try:
        loader = reading(running)
        end, loader.notes = loader.notes, ()
        loader.loading = True
        for path, lines in _hunks(diff):
            _hunk(loader, path, lines)
    except (Refused, MergeError) as error:
        raise ValueError(f"the difference that the router shows does not fit its running configuration: {error}") from None
    return printed(loader, end)


def _hunks(diff: str) -> Iterator[tuple[list[str], list[str]]]:
    path: list[str] | None = None
    lines: list[str] = []
    for line in diff.splitlines():
        found = EDIT.fullmatch(line.strip())
        if found:
            if path is not None:
                yield path, lines
            path, lines = TOKEN.findall(found[1] or ""), []
        elif line.strip():
            if path is None:
                raise Refused("a line stands before any `[edit]`", line.strip())
            lines.append(line)
    if path is not None:
        yield path, lines


def _hunk(loader: Loader, path: list[str], lines: list[str]) -> None:
    here, rules = _walk(loader, path)
    parts = [part for sign, text in _runs(lines) for part in _parts(sign, text)]
    last: Key | None = None
    for number, part in enumerate(parts):
        key = _key(rules, part.raw)
        if part.sign == "-":
            _take(loader, here, rules, part.raw)
            continue
        if part.sign == " ":
            if key not in here.below():
                raise Refused("it is not there", part.raw.line)
            last = key
            continue
        if part.sign == "+":
            if key in here.below() and not loader.flat and not here.below()[key].values:
                raise Refused("it is there already", part.raw.line)
            loader.put(here, rules, part.raw.words, part.raw, tuple(path))
        elif not _marked(here, key, part.raw):
            last = key
            continue
        anchored = last is not None or any(one.sign == " " for one in parts[number + 1 :])
        if anchored:
            follower = next((_key(rules, one.raw) for one in parts[number + 1 :] if one.sign == " "), None)
            _move(here, key, last, follower)
        last = key if anchored else last


def _walk(loader: Loader, path: list[str]) -> tuple[Statement, Rules | None]:
    here, rules = loader.root, ROOT
    rest = list(path)
    inside: Rules | None = rules
    while rest:
        rule = rule_of(inside, rest)
        length = rule.key_length(rest) if rule is not None else 0
        found = here.below().get(key_of(rest[:length])) if rule is not None else None
        if rule is None:
            length = next((n for n in range(len(rest), 0, -1) if key_of(rest[:n]) in here.below()), 0)
            found = here.below().get(key_of(rest[:length])) if length else None
        if found is None:
            raise Refused(f"[edit {' '.join(path)}] is not there")
        here, inside, rest = found, rule.below if rule is not None else None, rest[length:]
    return here, inside


def _runs(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    sign, run = "", list[str]()
    for line in lines:
        mark = line[0] if line[0] in "+-!" else " "
        if mark != sign and run:
            yield sign, run
            run = []
        sign = mark
        run.append(line[1:] if mark != " " else line)
    if run:
        yield sign, run


def _parts(sign: str, lines: list[str]) -> list[_Part]:
    text = "\n".join(line.replace("{ ... }", "{ }") for line in lines)
    return [_Part(sign, raw) for raw in read(text)[0] if raw.words]


def _key(rules: Rules | None, raw: Raw) -> Key:
    rule = rule_of(rules, raw.words)
    if rule is None:
        words = raw.words[: raw.words.index("[")] if "[" in raw.words else raw.words
        return key_of(words)
    return key_of(raw.words[: rule.key_length(raw.words)])


def _take(loader: Loader, here: Statement, rules: Rules | None, raw: Raw) -> None:
    """Take away a statement that is just as the difference shows it."""
    alone = Loader(loader.flat)
    alone.put(alone.root, rules, raw.words, raw, ())
    key, shown = next(iter(alone.root.below().items()))
    held = here.below().get(key)
    if held is None:
        raise Refused("it is not there", raw.line)
    gone = set(shown.values) <= set(held.values) and shown.values != held.values
    if gone and shown.values:
        held.values = tuple(one for one in held.values if one not in shown.values)
        return
    if list(_bare(shown)) != list(_bare(held)):
        raise Refused("it is not as the router shows it", raw.line)
    del here.below()[key]


def _bare(one: Statement) -> Iterator[str]:
    """Lines of a statement without comments."""
    return (line for line in curly({(): one}) if line.strip() and not line.lstrip().startswith(("/*", "#", "*")))


def _marked(here: Statement, key: Key, raw: Raw) -> bool:
    """Carry out a change of mark; True for a statement that only moved."""
    held = here.below().get(key)
    if held is None:
        raise Refused("it is not there", raw.line)
    if not raw.marks:
        return True
    held.marks = (held.marks | raw.marks) - {"active:", *({"inactive:"} if "active:" in raw.marks else set())}
    return False


def _move(here: Statement, key: Key, last: Key | None, follower: Key | None) -> None:
    """Put a statement behind another, or in front of one."""
    kids = here.below()
    items = [(at, one) for at, one in kids.items() if at != key]
    names = [at for at, _one in items]
    place = names.index(last) + 1 if last in names else names.index(follower) if follower in names else len(names)
    items.insert(place, (key, kids[key]))
    kids.clear()
    kids.update(items)
