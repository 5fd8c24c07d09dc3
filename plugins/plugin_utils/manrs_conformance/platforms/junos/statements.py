"""Junos text as statements with their marks and comments, read without knowing what they mean, and printed again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from .lexer import DEEPEST, TOKEN, split_modifiers, unquoted

Key = tuple[str, ...]


class Refused(Exception):
    """What the router would not take, or what is not known of it; `line` is the line that it is about."""

    def __init__(self, why: str, line: str = "") -> None:
        super().__init__(f"`{line}`: {why}" if line else why)
        self.why, self.line = why, line

    def at(self, line: str) -> Refused:
        """The same, about a line unless one is named already."""
        return self if self.line else Refused(self.why, line)


@dataclass(slots=True)
class Raw:
    """A statement as written: its words, what stands inside (None without braces), and where."""

    words: list[str]
    line: str
    inside: list[Raw] | None = None
    marks: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
    tail: str = ""


@dataclass(slots=True)
class Statement:
    """A statement in its place; `words` as printed, `values` of a leaf, `marks` that stand in front, comments around it."""

    words: tuple[str, ...]
    values: tuple[str, ...] = ()
    kids: dict[Key, Statement] | None = None
    marks: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
    tail: str = ""
    pure: bool = False
    inline: bool = False
    """Whether its only statement is printed behind it on the same line."""
    braces: bool = False
    """Whether it was written with braces though nothing stands inside."""

    def below(self) -> dict[Key, Statement]:
        """What stands inside, to be changed."""
        if self.kids is None:
            self.kids = {}
        return self.kids


@dataclass(slots=True)
class _Reader:
    root: list[Raw] = field(default_factory=list)
    stack: list[list[Raw]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    since: str = ""
    comment: list[str] | None = None
    last: Raw | None = None
    opened: list[str] = field(default_factory=list)


def read(text: str) -> tuple[list[Raw], tuple[str, ...]]:
    """The statements of a curly text, and the comments at its end; Refused where blocks do not close."""
    state = _Reader()
    state.stack.append(state.root)
    for line in text.splitlines():
        _line(state, line.strip())
    if state.words:
        raise Refused("the text ends within the statement", state.since)
    if len(state.stack) > 1:
        raise Refused("the block is not closed: the text was cut", state.opened[-1])
    return state.root, tuple(state.notes)


def _line(state: _Reader, text: str) -> None:
    if state.comment is not None:
        state.comment.append(text)
        if "*/" in text:
            state.notes.append("\n".join(state.comment))
            state.comment = None
        return
    if not text or text[0] == "#" or text.startswith("!manrs-redacted"):
        state.notes.append(text)
        return
    if text[-1] == ";" and not state.words and text.count(";") == 1 and not any(one in text for one in '"{}#*:[('):
        _put(state, text[:-1].split(), None, text)
        return
    if text.startswith("/*") and "*/" not in text:
        state.comment = [text]
        return
    state.last = None
    for token in TOKEN.findall(text):
        if token.startswith(("#", "/*")):
            if state.last is not None and not state.words:
                state.last.tail = token
            else:
                state.notes.append(token)
        elif token in ";{":
            words, state.words = state.words, []
            made = _put(state, words, [] if token == "{" else None, state.since or text)
            if token == "{" and made.inside is not None:
                if len(state.stack) >= DEEPEST:
                    raise Refused("blocks are nested deeper than any of Junos", text)
                state.opened.append(text)
                state.stack.append(made.inside)
        elif token == "}":
            _close(state, text)
        else:
            if not state.words:
                state.since = text
            state.words.append(token)


def _put(state: _Reader, words: list[str], inside: list[Raw] | None, line: str) -> Raw:
    marks, rest = split_modifiers(words)
    while rest and rest[0] in ("unprotect:", "insert:", "rename:"):
        raise Refused(f"what `{rest[0]}` does in a text is not known", line)
    if not rest:
        raise Refused("a statement without words", line)
    made = Raw(rest, line, inside, marks, tuple(state.notes))
    state.notes = []
    state.stack[-1].append(made)
    state.last = made
    return made


def _close(state: _Reader, text: str) -> None:
    if state.words:
        # Junos lets the last `;` of a block go.
        words, state.words = state.words, []
        _put(state, words, None, state.since)
    if len(state.stack) < 2:
        raise Refused("a block is closed that was not opened", text)
    state.opened.pop()
    here = state.stack.pop()
    if state.notes:
        here.append(Raw([], text, notes=tuple(state.notes)))
        state.notes = []


def members(words: list[str]) -> list[str]:
    """The values that words stand for: `[ A B ]` is two, `( A && B )` is one."""
    out: list[str] = []
    depth, start = 0, 0
    words = [one for word in words for one in _brackets(word)]
    for at, word in enumerate(words):
        if not word.startswith('"'):
            if depth == 0 and word in ("[", "]"):
                continue
            if depth == 0:
                start = at
            depth += word.count("(") - word.count(")")
            if depth > 0:
                continue
            out.append(" ".join(words[start : at + 1]))
            depth = 0
            continue
        if depth == 0:
            out.append(word)
    if depth > 0:
        raise Refused("an expression is not closed")
    return out


def _brackets(word: str) -> list[str]:
    if word.startswith('"') or len(word) < 2:
        return [word]
    front, back = word.startswith("["), word.endswith("]")
    core = word[1 if front else 0 : -1 if back else None]
    return [*(["["] if front else []), *([core] if core else []), *(["]"] if back else [])]


def key_of(words: list[str] | tuple[str, ...]) -> Key:
    """Words without quotes."""
    return tuple(unquoted(one) for one in words)


def curly(kids: dict[Key, Statement], depth: int = 0) -> Iterator[str]:
    """Lines of the curly form."""
    pad = "    " * depth
    for one in kids.values():
        for note in one.notes:
            for part in note.split("\n"):
                yield f"{pad}{part}" if part else ""
        if not one.words:
            continue
        head, last = _head(one)
        tail = f" {last.tail}" if last.tail else ""
        if last.kids or last.braces:
            yield f"{pad}{head} {{{tail}"
            yield from curly(last.kids or {}, depth + 1)
            yield pad + "}"
        else:
            yield f"{pad}{head};{tail}"


def _head(one: Statement) -> tuple[str, Statement]:
    """The words of a statement, and of the only one that stands on its line with it."""
    marks = "".join(f"{mark} " for mark in sorted(one.marks, reverse=True))
    text = marks + " ".join(one.words)
    if one.values:
        text += f" {one.values[0]}" if len(one.values) == 1 else f" [ {' '.join(one.values)} ]"
    if one.inline and one.kids and len(one.kids) == 1:
        only = next(iter(one.kids.values()))
        if not only.notes and not only.marks:
            more, last = _head(only)
            return f"{text} {more}", last
    return text, one


def flat(kids: dict[Key, Statement], path: tuple[str, ...] = ()) -> Iterator[str]:
    """Lines of the `set` form."""
    for one in kids.values():
        yield from (note for note in one.notes if note.startswith(("#", "!")))
        if not one.words:
            continue
        here = (*path, *one.words)
        if one.values:
            yield from (f"set {' '.join((*here, value))}" for value in one.values)
        elif one.kids:
            yield from flat(one.kids, here)
        else:
            yield f"set {' '.join(here)}"
        if "inactive:" in one.marks:
            yield f"deactivate {' '.join(here)}"
        if "protect:" in one.marks:
            yield f"protect {' '.join(here)}"
