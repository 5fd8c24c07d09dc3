"""The operator's route-map as text, to be written once more under an owned name where a platform cannot call it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MOST_ENDS = 3
"""Standard and large communities are taken off, and a tag is put on."""
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


def reached(front: Sequence[Entry], copied: Sequence[Entry], ends: Sequence[tuple[str, ...]]) -> list[Entry]:
    """Entries that deny or lead to the copy, a refusal of all else, the copy, and at last what every route gets that it permits (`ends`, one
    entry each). Numbers are tens, from 10 on.

    A permit that continues stays where nothing later matches, so behind the copy stands a refusal of what it does not take. Routes that an
    entry of the copy itself lets continue must not meet that: they go on in the rest of the copy once more, behind which all is permitted.
    """
    start = len(front) + 2
    after = start + len(copied) + 1
    onward = [target(copied, at) for at in range(len(copied))]
    last = after + sum(len(copied) - at + 1 for at in onward if at is not None)
    ending = 10 * last if ends else None
    body: list[Entry] = []
    tails: list[Entry] = []
    for one, at in zip(copied, onward, strict=True):
        if at is None:
            body.append(_permitting(one, ending))
            continue
        place = after + len(tails)
        body.append(_continuing(one, 10 * place))
        tails += [*_placed(copied[at:], place, ending), _permitting(Entry("permit", 0, ()), ending)]
    jumps = [_continuing(one, 10 * start) if one.action == "permit" else one for one in front]
    closing = [
        Entry("permit", 0, (*one, *([f"continue {10 * (last + n)}"] if n < len(ends) else []))) for n, one in enumerate(ends, 1)
    ]
    refusal = Entry("deny", 0, ())
    return [*jumps, refusal, *body, refusal, *tails, *closing, *([refusal] if tails or closing else [])]


def _placed(some: Sequence[Entry], first: int, ending: int | None) -> list[Entry]:
    """Entries as they stand from the place `first` on; `continue` follows, and what permits goes on at the entry `ending`."""
    places = [target(some, at) for at in range(len(some))]
    return [
        _permitting(one, ending) if at is None else _continuing(one, 10 * (first + at))
        for one, at in zip(some, places, strict=True)
    ]


def _permitting(one: Entry, ending: int | None) -> Entry:
    return _continuing(one, ending) if one.action == "permit" else one


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


def outdated(running: str, owned: str, existing: str) -> bool:
    """Whether the operator's map was changed since an owned one copied it: written anew around it, the owned one would be another."""
    try:
        made, now = entries(running, owned), entries(running, existing)
        start = next((at for at, one in enumerate(made) if one.action == "deny" and not one.body), len(made))
        front = [_continuing(one, None) for one in made[:start]]
        closing = [_continuing(one, None).body for one in made[:-1]]
        again = [reached(front, now, closing[len(closing) - count :]) for count in range(MOST_ENDS + 1)]
    except Impossible:
        return False
    said = [(one.action, one.body) for one in made]
    return said not in [[(one.action, one.body) for one in some] for some in again]
