"""The operator's route-map as text, to be written once more under an owned name where a platform cannot call it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ._render import is_large

STATEMENTS = frozenset({"match", "set", "continue", "description", "sub-route-map"})
"""What may stand in an entry that is copied word by word."""


class Impossible(Exception):
    """Something that is not rendered, for the reason given."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a route-map: action, sequence number, statements."""

    action: str
    seq: int
    body: tuple[str, ...]

    @property
    def continues(self) -> bool:
        """Whether a matching route meets later entries."""
        return any(one.split()[0] == "continue" for one in self.body)


def entries(running: str, name: str) -> list[Entry]:
    """The entries of a route-map of a running configuration, by number; Impossible when it cannot be copied."""
    found: dict[int, Entry] = {}
    lines = running.splitlines()
    for at, text in enumerate(lines):
        words = text.split()
        if words[:2] != ["route-map", name] or text[:1].isspace():
            continue
        action = words[2] if len(words) > 2 else "permit"
        seq = words[3] if len(words) > 3 else "10"
        if action not in ("permit", "deny") or not seq.isdecimal() or len(words) > 4 or int(seq) in found:
            raise Impossible(f"line {at + 1} of route-map {name} is not understood")
        found[int(seq)] = Entry(action, int(seq), _body(lines, at, name))
    if not found:
        raise Impossible(f"the operator's route-map {name} is not defined")
    return [found[seq] for seq in sorted(found)]


def _body(lines: Sequence[str], at: int, name: str) -> tuple[str, ...]:
    out = []
    for number in range(at + 1, len(lines)):
        text = lines[number]
        if text.strip() in ("", "!"):
            continue
        if not text[:1].isspace():
            break
        if text.split()[0] not in STATEMENTS:
            raise Impossible(f"line {number + 1} of route-map {name} cannot be copied: {text.strip()}")
        out.append(text.strip())
    return tuple(out)


def reached(front: Sequence[Entry], copied: Sequence[Entry], rest: Entry) -> list[Entry]:
    """Entries that deny or lead to the copy, and a refusal of all else. Numbers are tens, from 10 on.

    A permit that continues stays where nothing later matches, so behind the copy stands a refusal of what it does not take. Routes that an
    entry of the copy itself lets continue must not meet that: they go on in the rest of the copy once more, behind which `rest` permits all.
    """
    start = len(front) + 2
    after = start + len(copied) + 1
    tails: list[Entry] = []
    body = []
    for at, one in enumerate(copied):
        onward = target(copied, at)
        if onward is not None:
            place = after + len(tails)
            one = _continuing(one, 10 * place)
            tails += [*_placed(copied[onward:], place), rest]
        elif one.continues:
            one = _continuing(one, None)
        body.append(one)
    jumps = [_continuing(one, 10 * start) if one.action == "permit" else one for one in front]
    return [*jumps, Entry("deny", 0, ()), *body, Entry("deny", 0, ()), *tails, *([Entry("deny", 0, ())] if tails else [])]


def _placed(some: Sequence[Entry], first: int) -> list[Entry]:
    """Entries as they stand from the place `first` on; `continue` follows."""
    out = []
    for at, one in enumerate(some):
        onward = target(some, at)
        out.append(_continuing(one, None if onward is None else 10 * (first + onward)) if one.continues else one)
    return out


def target(some: Sequence[Entry], at: int) -> int | None:
    """The place of the entry at which one continues; None when it does not, or at the end. Impossible where it names no entry."""
    words = next((line.split() for line in some[at].body if line.split()[0] == "continue"), None)
    if words is None or (len(words) == 1 and at + 1 == len(some)):
        return None
    if some[at].action != "permit":
        raise Impossible(f"what `continue` does in the deny entry {some[at].seq} is not known")
    if len(words) == 1:
        return at + 1
    found = next((place for place in range(at + 1, len(some)) if str(some[place].seq) == words[1]), None)
    if found is None:
        raise Impossible(f"entry {some[at].seq} continues at an entry that does not exist")
    return found


def _continuing(one: Entry, seq: int | None) -> Entry:
    kept = tuple(line for line in one.body if line.split()[0] != "continue")
    return Entry(one.action, one.seq, kept if seq is None else (*kept, f"continue {seq}"))


def tagged(one: Entry, tag: str) -> Entry:
    """A permit entry that also leaves the community `tag` on the route, whatever else it sets."""
    word = "large-community" if is_large(tag) else "community"
    body, done = [], False
    for line in one.body:
        words = line.split()
        if words[:2] == ["set", word] and words[-1] != "delete" and not words[2].endswith("-list"):
            done = True
            values = [value for value in words[2:] if value not in ("none", "additive")]
            more = [] if tag in values else [tag]
            line = " ".join(["set", word, *values, *more, *(["additive"] if words[-1] == "additive" else [])])
        body.append(line)
    return Entry(one.action, one.seq, (*body, *([] if done else [f"set {word} {tag} additive"])))


def scrubbed(one: Entry, large: bool, line: str, mark: str) -> Entry:
    """A permit entry that also runs the statement `line`, which deletes communities; Impossible beside one that deletes (`mark`) already."""
    word = "large-community" if large else "community"
    for had in one.body:
        words = had.split()
        if words[:2] == ["set", word] and words[-1] not in ("additive", "delete") and not words[2].endswith("-list"):
            return one
        if had.startswith(mark):
            raise Impossible(f"entry {one.seq} already deletes communities ({had})")
    return Entry(one.action, one.seq, (*one.body, line))
