"""Runs of plain prefix-list lines of the indented-block languages: hundreds of thousands of them are the normal case.

Routers of one network share the lists of their customers: what a run of lines said is kept by a digest of its text, and the next router with the
same lines does not read them again.
"""

from __future__ import annotations

import hashlib
import itertools
from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from socket import AF_INET, AF_INET6, inet_pton

from ..model.policy import Afi, PrefixEntry
from ..model.ranges import said
from . import _columns
from ._lists import Numbered

MANY = 32
"""Lines from which on what they say is kept."""
MOST = 100_000
"""Lines of a run beyond which it is not: such a list is one router's own."""
KEPT = 500_000
"""Entries that are kept in all: some 20 bytes each (IPv4)."""
STRETCH = 1_024
"""Lines that are looked at together."""
_LENGTHS = {str(length): length for length in range(129)}
_ACTIONS = {"permit": True, "deny": False}
_SIZES: dict[str, tuple[Afi, int, int]] = {"ip": (4, 32, AF_INET), "ipv6": (6, 128, AF_INET6)}


@dataclass(frozen=True, slots=True)
class _Run:
    """Numbers and entries of lines; whether the numbers rise, and a digest of the entries where they were kept."""

    seqs: Sequence[int]
    entries: list[PrefixEntry]
    rising: bool
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class _Said:
    """What the lines of a run say, a column each, wherever they stand."""

    seqs: Sequence[int]
    rising: bool
    networks: Sequence[int]
    lengths: bytes
    lows: bytes
    highs: bytes
    permits: bytes
    content: bytes

    @classmethod
    def of(cls, run: _Run) -> _Said:
        """The columns of what was read."""
        lengths, lows, highs, permits = (bytes([entry[column] for entry in run.entries]) for column in (1, 2, 3, 4))
        networks = _packed([entry[0] for entry in run.entries])
        return cls(_packed(run.seqs), run.rising, networks, lengths, lows, highs, permits, said(run.entries))

    def run(self, first: int) -> _Run:
        """The same for lines from number `first` on. One `zip`: a twentieth of what reading costs."""
        permits = map(bool, self.permits) if 0 in self.permits else itertools.repeat(True)
        columns = (self.networks, self.lengths, self.lows, self.highs, permits, itertools.count(first))
        return _Run(self.seqs, list(zip(*columns, strict=False)), self.rising, self.content)


def _packed(numbers: Sequence[int]) -> Sequence[int]:
    try:
        return array("Q", numbers)
    except OverflowError:  # IPv6
        return tuple(numbers)


_kept: OrderedDict[bytes, _Said] = OrderedDict()


def run_of_prefixes(
    lines: list[str],
    start: int,
    table: dict[tuple[Afi, str], Numbered[PrefixEntry]],
    states: bytearray,
    make: Callable[[str], Numbered[PrefixEntry]] = Numbered,
) -> int:
    """Read plain lines `ip|ipv6 prefix-list NAME seq N permit|deny P/len [ge a] [le b]` from index `start` on, as many as follow each other.

    Returns the index of the first line that is not one of them; they are marked as used. Every other form is left to `prefix_entry`.
    """
    at = start
    while at < len(lines):
        words = lines[at].split(" ")
        if len(words) not in (7, 9, 11) or words[0] not in _SIZES or words[1] != "prefix-list" or words[3] != "seq":
            break
        key = (_SIZES[words[0]][0], words[2])
        one = table.get(key) or table.setdefault(key, make(words[2]))
        head = " ".join(words[:4]) + " "
        # Only once: in a list with many lines of other forms the way to its end would be gone again and again.
        stop = len(lines) if one.uneven else _end(lines, at, head)
        run = _read(lines, at, stop, head) if one.uneven else _alike(lines, at, stop, head)
        _add(one, run, at + 1)
        at += len(run.entries)
        if at < stop:
            one.uneven = True
            break
    states[start:at] = b"u" * (at - start)
    return at


def _end(lines: list[str], start: int, head: str) -> int:
    """The first line from `start` on that does not begin with the same words.

    A look at a few lines finds where a long list ends, if nothing else stands in it; counting in the text that is hashed anyway proves it.
    """
    good, bad = start, len(lines)
    step = MANY
    while good + step < bad:
        if lines[good + step].startswith(head):
            good, step = good + step, 2 * step
        else:
            bad = good + step
    while bad - good > 1:
        middle = (good + bad) // 2
        good, bad = (middle, bad) if lines[middle].startswith(head) else (good, middle)
    if ("\n" + "\n".join(lines[start:bad])).count("\n" + head) == bad - start:
        return bad
    for number, text in enumerate(_from(lines, start, len(lines)), start):
        if not text.startswith(head):
            return number
    return len(lines)


def _from(lines: list[str], start: int, stop: int) -> Iterator[str]:
    """The lines from one index up to another. `islice` would count its way to the first, and a slice copy all that is left."""
    return itertools.chain.from_iterable(lines[at : min(at + STRETCH, stop)] for at in range(start, stop, STRETCH))


def _alike(lines: list[str], start: int, stop: int, head: str) -> _Run:
    """What lines say that begin alike, as far as they are plain ones; kept where all of them are, and a list is not too long for it."""
    if not MANY <= stop - start <= MOST:
        return _fast(lines, start, stop, head)
    key = hashlib.blake2b("\n".join(lines[start:stop]).encode("utf-8", "surrogatepass"), digest_size=32).digest()
    known = _kept.get(key)
    if known is not None:
        _kept.move_to_end(key)
        return known.run(start + 1)
    run = _fast(lines, start, stop, head)
    if len(run.entries) < stop - start:
        return run
    made = _kept[key] = _Said.of(run)
    held = sum(len(one.lengths) for one in _kept.values()) if len(_kept) % 16 == 0 else 0
    while held > KEPT:
        held -= len(_kept.popitem(last=False)[1].lengths)
    return replace(run, content=made.content)


def _fast(lines: list[str], start: int, stop: int, head: str) -> _Run:
    """What lines say that begin alike, as far as they are plain ones."""
    found = _columns.read(lines, start, stop, head)
    return _read(lines, start, stop, head) if found is None else _Run(*found)


def _read(lines: list[str], start: int, stop: int, head: str) -> _Run:
    """What the lines say that begin with these words and are plain ones.

    The hot loop of reading a configuration, about a microsecond a line, most of it three dictionary lookups, `inet_pton` and the split; hence no
    function of our own is called in it.
    """
    _afi, size, family = _SIZES[head.partition(" ")[0]]
    cut = len(head)
    seqs: list[int] = []
    entries: list[PrefixEntry] = []
    lengths, actions, inet, number_of = _LENGTHS, _ACTIONS, inet_pton, int.from_bytes
    number, top, rising = start, -1, True
    for text in _from(lines, start, stop):
        words = text[cut:].split(" ")
        count = len(words)
        if count < 3 or len(words[0]) > 10 or not words[0].isdecimal() or not text.isascii() or not text.startswith(head):
            break
        try:
            address, _, mask = words[2].partition("/")
            length = lengths[mask]
            permit = actions[words[1]]
            network = number_of(inet(family, address), "big")
            if count == 3:
                low = high = length
            elif count == 5 and words[3] == "le":
                low, high = length, lengths[words[4]]
            elif words[3] == "ge" and (count == 5 or (count == 7 and words[5] == "le")):
                low = lengths[words[4]]
                high = size if count == 5 else lengths[words[6]]
            else:
                break
        except (KeyError, OSError, ValueError):
            break
        if not length <= low <= high <= size:
            break
        shift = size - length
        number += 1
        seq = int(words[0])
        if seq <= top:
            rising = False
        top = seq
        seqs.append(seq)
        entries.append((network >> shift << shift, length, low, high, permit, number))
    return _Run(seqs, entries, rising)


def _add(one: Numbered[PrefixEntry], run: _Run, first: int) -> None:
    """Put what lines from number `first` on say into their list."""
    if not run.entries:
        return
    if run.content is not None and not one.entries:
        one.known = (len(run.entries), run.content)
    if not run.rising or (one.seqs and run.seqs[0] <= one.seqs[-1]):
        one.ordered = False
    one.seqs.extend(run.seqs)
    one.entries.extend(run.entries)
    one.lines.extend(range(first, first + len(run.entries)))
