"""Classes of prefixes that no list of a question tells apart: the signatures of the regions of a laminar forest (`forest`).

A (prefix, length) pair lies in the region of the deepest node that covers it. Within a region only the length matters, so each node
needs one bitmask of lengths per list, and the classes are the distinct signatures over all regions. Cost is near-linear in the number
of entries (one sort, one sweep).
"""

from __future__ import annotations

import functools
import ipaddress
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ..model.policy import PrefixEntry, PrefixList
from ..model.ranges import Ranges
from . import bulk, ordered
from .collecting import uncollected
from .forest import Forest, Regions
from .rows import Rows

BITS = {4: 32, 6: 128}


@dataclass(frozen=True, slots=True)
class PrefixClasses:
    """Distinct signatures (bit i: list i permits) and one witness (network, length) for each, in a fixed order."""

    signatures: tuple[int, ...]
    witnesses: tuple[tuple[int, int], ...]


@functools.lru_cache(maxsize=65_536)
def parse(prefix: str) -> tuple[int, int, int]:
    """(family, network, length) of a prefix in text; ValueError when it is none or has host bits."""
    network = ipaddress.ip_network(prefix)
    return network.version, int(network.network_address), network.prefixlen


def text(afi: int, network: int, length: int) -> str:
    """A prefix as canonical text."""
    kind = ipaddress.IPv4Network if afi == 4 else ipaddress.IPv6Network
    return str(kind((network, length)))


def permits(one: PrefixList, network: int, length: int) -> bool:
    """Whether a list permits one prefix: for concrete routes. Lists of many routers say the same, and are asked for the same example."""
    if len(one.entries) <= LONG or not isinstance(one.entries, Ranges):
        return _permits(one, network, length)
    return bool(remembered(_permits, one, network, length))


ANSWERS = 20_000
"""Answers of long lists for single prefixes that are remembered: some 300 bytes each."""
_answers: dict[tuple[object, bytes, int, str, int, int], int] = {}


def remembered(ask: Callable[[PrefixList, int, int], int], one: PrefixList, network: int, length: int) -> int:
    """What `ask` says of a prefix, once for all lists that say the same; its answer must not depend on lines or names."""
    assert isinstance(one.entries, Ranges)
    key = (ask, one.entries.content, one.afi, one.order, network, length)
    found = _answers.get(key)
    if found is None:
        if len(_answers) >= ANSWERS:
            _answers.clear()
        found = _answers[key] = ask(one, network, length)
    return found


def _permits(one: PrefixList, network: int, length: int) -> bool:
    bits = BITS[one.afi]
    if len(one.entries) > LONG and _often(one):
        return _looked_up(one, network, length)
    covering = [e for e in one.entries if e[1] <= length and (network ^ e[0]) >> (bits - e[1]) == 0]
    if one.order == "longest":
        most = max((e[1] for e in covering), default=0)
        covering = [e for e in covering if e[1] == most]
    holding = [e[4] for e in covering if e[2] <= length <= e[3]]
    return any(holding) if one.order == "any" else bool(holding and holding[0])


def _often(one: PrefixList) -> bool:
    """Whether a long list is asked so often that a dictionary of it is worth its making: to go through it a few times is not dearer."""
    known = _known(one)
    known.asked += 1
    return known.asked > FEW


def _looked_up(one: PrefixList, network: int, length: int) -> bool:
    """The same of a long list: by a dictionary, once per possible length."""
    rows, known, bits = _rows(one), _known(one), BITS[one.afi]
    masks = known.masks.get(one.order)
    if masks is None:
        masks = known.masks[one.order] = dict(zip(rows.keys, rows.masks, strict=True))
    keys = ((network >> (bits - size) << (bits - size)) << 8 | size for size in range(length, -1, -1))
    held = (masks[key] for key in keys if key in masks)
    return bool(next(held, 0) >> length & 1) if rows.whole else any(mask >> length & 1 for mask in held)


LONG = 64
"""Entries from which on what was read of a list is remembered: the same list is asked for again and again."""
FEW = 4
"""Single routes for which a long list is gone through entry by entry."""
REMEMBERED = 8


@dataclass(slots=True)
class _Read:
    """What was read of the entries of a long list."""

    entries: tuple[PrefixEntry, ...]
    permit: bool
    """Whether all of them permit."""
    rows: dict[str, Rows] = field(default_factory=dict)
    """By what the order of the entries says."""
    masks: dict[str, dict[int, int]] = field(default_factory=dict)
    """The same by key, for single routes."""
    asked: int = 0
    """How often for single routes."""


_read: dict[int, _Read] = {}


def _known(one: PrefixList) -> _Read:
    """What is remembered of a list; the last few long ones are."""
    known = _read.get(id(one.entries))
    if known is None or known.entries is not one.entries:
        if max([entry[3] for entry in one.entries], default=0) > BITS[one.afi]:
            raise ValueError(f"prefix list {one.name} has a range that ends behind /{BITS[one.afi]}")
        known = _Read(one.entries, all(entry[4] for entry in one.entries))
        if len(one.entries) > LONG:
            _read.pop(id(one.entries), None)
            if len(_read) >= REMEMBERED:
                del _read[next(iter(_read))]
            _read[id(one.entries)] = known
    return known


def _rows(one: PrefixList) -> Rows:
    """The prefixes of a list in order with the lengths that are permitted under them."""
    known, bits = _known(one), BITS[one.afi]
    order = "any" if one.order == "first" and known.permit else one.order
    made = known.rows.get(order)
    if made is None:
        made = Rows.read(one.entries, bits) if order == "any" else ordered.read(one.entries, bits, longest=order == "longest")
        known.rows[order] = made
    return made


def covers(inner: PrefixList, outer: PrefixList) -> tuple[int, int] | None:
    """A prefix that `inner` permits and `outer` does not, or None when `outer` covers it."""
    classes = prefix_classes((inner, outer), inner.afi)
    return next((w for s, w in zip(classes.signatures, classes.witnesses, strict=True) if s == 1), None)


def prefix_classes(lists: Sequence[PrefixList], afi: int) -> PrefixClasses:
    """The classes of all prefixes of a family under these lists; a list of the other family never permits.

    Long lists are decided by `bulk` where numpy is installed, which finds the very same.
    """
    with uncollected():
        many = bulk.signatures(lists, afi)
    found = sorted((many if many is not None else _walked(lists, afi, None).found).items())
    return PrefixClasses(tuple(signature for signature, _ in found), tuple(witness for _, witness in found))


def sizes(lists: Sequence[PrefixList], afi: int) -> dict[int, int]:
    """By signature how many prefixes, pairs of network and length, it holds; together all 2**33 - 1 of IPv4 or 2**129 - 1 of IPv6."""
    regions: Regions = Counter()
    shifts = _walked(lists, afi, regions).shifts
    out: dict[int, int] = {}
    for (low, masks), times in regions.items():
        columns = [masks >> shift for shift in shifts] if times else []
        for length in range(low, BITS[afi] + 1) if times else ():
            signature = sum(1 << number for number, mask in enumerate(columns) if mask >> length & 1)
            out[signature] = out.get(signature, 0) + (times << (length - low))
    return {signature: size for signature, size in out.items() if size}


def _walked(lists: Sequence[PrefixList], afi: int, regions: Regions | None) -> Forest:
    with uncollected():
        forest = Forest(BITS[afi], regions)
        forest.walk([_rows(one) if one.afi == afi else Rows() for one in lists])
    return forest
