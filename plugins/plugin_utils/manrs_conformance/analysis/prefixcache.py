"""Prefix classes that were worked out before, kept by the content of the lists: the same customer on another router is not cut again.

A key is a digest of what the lists say (never of lines or names), so nothing has to be told when something changes.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from ..model.policy import PrefixEntry, PrefixList
from ..model.ranges import Ranges, said
from . import prefixes
from .prefixes import PrefixClasses, prefix_classes

T = TypeVar("T")
MOST = 20_000
"""Results that are kept: some hundred bytes each."""
HELD = 100_000
"""Entries whose digest is remembered, and which are kept alive for it; not counting the few lists that are longer than that."""
SMALL = 4
"""Lists that are not longer are digested anew: that is as fast as looking them up."""

_held = [HELD]
_results: OrderedDict[bytes, PrefixClasses] = OrderedDict()
_sizes: OrderedDict[bytes, dict[int, int]] = OrderedDict()
_digests: OrderedDict[int, tuple[tuple[PrefixEntry, ...], bytes]] = OrderedDict()


def classes(lists: Sequence[PrefixList], afi: int) -> PrefixClasses:
    """`prefixes.prefix_classes`, worked out once for lists that say the same."""
    return _kept(_results, prefix_classes, lists, afi)


def sizes(lists: Sequence[PrefixList], afi: int) -> dict[int, int]:
    """`prefixes.sizes`, worked out once for lists that say the same: one list that changed counts for many sessions."""
    return _kept(_sizes, prefixes.sizes, lists, afi)


@contextmanager
def remembering(entries: int) -> Iterator[None]:
    """Remember digests of at least so many entries meanwhile: both sides of a router are asked of again and again, and are alive anyway."""
    _held.append(max(_held[-1], entries))
    try:
        yield
    finally:
        if _held.pop() > _held[-1]:
            _digests.clear()


def _kept(store: OrderedDict[bytes, T], work: Callable[[Sequence[PrefixList], int], T], lists: Sequence[PrefixList], afi: int) -> T:
    """What is in the store for these lists, worked out if it is not; what was asked for longest ago makes room."""
    key = _key(lists, afi)
    if key not in store:
        store[key] = work(lists, afi)
        if len(store) > MOST:
            store.popitem(last=False)
    store.move_to_end(key)
    return store[key]


def _key(lists: Sequence[PrefixList], afi: int) -> bytes:
    out = hashlib.blake2b(str(afi).encode(), digest_size=32)
    for one in lists:
        out.update(f"{one.afi} {one.order} ".encode())
        out.update(_digest(one.entries))
    return out.digest()


def _digest(entries: tuple[PrefixEntry, ...]) -> bytes:
    """Digest of ranges and actions in order, without their lines."""
    if isinstance(entries, Ranges):
        return entries.content
    known = _digests.get(id(entries))
    if known is not None and known[0] is entries:
        _digests.move_to_end(id(entries))
        return known[1]
    made = said(entries)
    if len(entries) > SMALL:
        _digests[id(entries)] = (entries, made)
        held = sum(len(one) for one, _digest in _digests.values() if len(one) < _held[-1]) if len(_digests) % 32 == 0 else 0
        while held > _held[-1] and len(_digests) > 1:
            _number, (dropped, _old) = _digests.popitem(last=False)
            held -= len(dropped) if len(dropped) < _held[-1] else 0
    return made
