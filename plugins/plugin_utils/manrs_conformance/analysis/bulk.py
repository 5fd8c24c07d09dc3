"""The forest of `forest` for long lists, with numpy (the extra `fast`): the same classes and the same witnesses, a tenth of the time.

Nodes, regions and masks are columns. Depth by depth the nodes that nothing left covers are found by one running maximum; a few thousand regions differ,
and those alone are looked at one by one, in the order in which the walk of `forest` comes to them. What does not fit into 64 bits exactly (prefixes longer
than /56, more than 64 steps of lengths), lists where the longest prefix decides and very deep chains are left to `forest`: None.
"""

from __future__ import annotations

import itertools
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from ..model import fast
from ..model.policy import PrefixEntry, PrefixList
from . import arrays
from .forest import gap

WIDTH = {4: 32, 6: 56}
"""Bits of a network that stand in a key of 64 bits, with the length below them."""
STEPS = 64
MANY = 100_000
"""Entries from which on the import of numpy is worth its tenth of a second."""
CHAIN = 48
"""Entries over one prefix beyond which the order of entries is followed by `forest`."""
REMEMBERED = 4
"""Lists whose columns are remembered: a question is asked both ways, and again with another list beside it."""

_columns: OrderedDict[tuple[int, bool], tuple[tuple[PrefixEntry, ...], tuple[Any, ...] | None]] = OrderedDict()


def signatures(lists: Sequence[PrefixList], afi: int) -> dict[int, tuple[int, int]] | None:
    """By signature the witness that `forest.Forest.walk` finds, or None where it must be asked."""
    own = [one for one in lists if one.afi == afi]
    if sum(len(one.entries) for one in own) < MANY or any(one.order == "longest" for one in own):
        return None
    np = fast.numpy()
    if np is None:
        return None
    columns = [_read(np, one.entries if one.afi == afi else (), one.order == "any", afi) for one in lists]
    if any(one is None for one in columns):
        return None
    cuts = _cuts(np, columns, 32 if afi == 4 else 128)
    if len(cuts) > STEPS:
        return None
    tree = _Tree.of(np, [one[0] for one in columns if one is not None], afi)
    masks = []
    for one, column in zip(lists, columns, strict=True):
        made = _permitted(np, tree, one, column, cuts)
        if made is None:
            return None
        masks.append(made)
    return _found(np, tree, masks, cuts, 32 if afi == 4 else 128)


def _cuts(np: Any, columns: Sequence[Any], bits: int) -> list[int]:
    """Lengths at which some range begins, or is over: between them no list tells lengths apart."""
    starts = [np.flatnonzero(np.bincount(one[1], minlength=1)) for one in columns]
    ends = [np.flatnonzero(np.bincount(one[2], minlength=1)) + 1 for one in columns]
    return [int(one) for one in np.unique(np.concatenate([np.zeros(1, np.int64), *starts, *ends])) if one <= bits]


def _read(np: Any, entries: tuple[PrefixEntry, ...], any_order: bool, afi: int) -> tuple[Any, ...] | None:
    """Key, least and greatest length, action and index of the entries that hold for some length; in any order only those that permit. The last lists
    are remembered.

    A pass over the tuples is half of the whole cost, a quarter of a microsecond an entry: Python's numbers become machine words one by one.
    """
    known = _columns.get((id(entries), any_order))
    if known is not None and known[0] is entries:
        return known[1]
    count, width = len(entries), WIDTH[afi]
    if afi == 4:
        every = np.fromiter(itertools.chain.from_iterable(entries), np.int64, 6 * count).reshape(-1, 6)
        networks, lengths, lows, highs, permits = (every[:, at] for at in range(5))
    else:
        networks = np.fromiter([one[0] >> 72 for one in entries], np.int64, count)
        lengths, lows, highs, permits = (np.fromiter(map(itemgetter(at), entries), np.int64, count) for at in (1, 2, 3, 4))
    made: tuple[Any, ...] | None = None
    if int(lengths.max(initial=0)) <= width and int(highs.max(initial=0)) <= (32 if afi == 4 else 128):
        keys = networks.astype(np.uint64) << np.uint64(8) | lengths.astype(np.uint64)
        there = np.flatnonzero((lows <= highs) & (permits > 0) if any_order else lows <= highs)
        there = there[np.argsort(keys[there])]  # in the order of the nodes: looking them up is then a walk through memory
        made = (keys[there], lows[there].astype(np.uint8), highs[there].astype(np.uint8), permits[there] > 0, there)
    _columns[id(entries), any_order] = (entries, made)
    if len(_columns) > REMEMBERED:
        _columns.popitem(last=False)
    return made


@dataclass(slots=True)
class _Tree:
    """The distinct prefixes in order with, for each, its length, greatest key under it, depth and parent."""

    width: int
    keys: Any
    lengths: Any
    ends: Any
    depths: Any
    parents: Any
    levels: list[Any]

    @classmethod
    def of(cls, np: Any, keys: Sequence[Any], afi: int) -> _Tree:
        """The forest of all keys under one root."""
        width = WIDTH[afi]
        every = _distinct(np, np.concatenate([np.zeros(1, np.uint64), *keys]))
        lengths = (every & np.uint64(255)).astype(np.int64)
        tails = np.array([((1 << width - size) - 1) << 8 | 255 for size in range(width + 1)], np.uint64)
        ends = every | tails[lengths]
        depths, parents = np.zeros(len(every), np.int64), np.full(len(every), -1, np.int64)
        levels: list[Any] = []
        left = np.arange(len(every))
        while len(left):
            # Whoever begins behind everything before it lies in nothing that is left; the others lie in the last such one before them.
            reach = np.maximum.accumulate(ends[left])
            top = np.ones(len(left), np.bool_)
            top[1:] = every[left[1:]] > reach[:-1]
            here = left[top]
            depths[here] = len(levels)
            if levels:
                parents[here] = levels[-1][np.searchsorted(levels[-1], here) - 1]
            levels.append(here)
            left = left[~top]
        return cls(width, every, lengths, ends, depths, parents, levels)


def _permitted(np: Any, tree: _Tree, one: PrefixList, column: Any, cuts: Sequence[int]) -> Any:
    """By node the steps of lengths that the list permits there, as bits; None for a chain of covering entries that is too long."""
    keys, lows, highs, permits, index = column
    reached = np.searchsorted(np.array(cuts, np.int64), np.arange(cuts[-1] + 130))  # steps that begin below a length
    spans = arrays.ones(np, reached)[highs + 1] & ~arrays.ones(np, reached)[lows]
    nodes = np.searchsorted(tree.keys, keys)
    if one.order == "first" and not bool(permits.all()):
        return _first_match(np, tree, nodes, spans, permits, index)
    own = np.zeros(len(tree.keys), np.uint64)
    nodes, spans = nodes[permits], spans[permits]
    if len(nodes):
        begins = np.flatnonzero(np.concatenate([np.ones(1, np.bool_), nodes[1:] != nodes[:-1]]))
        own[nodes[begins]] = np.bitwise_or.reduceat(spans, begins)
    for level in tree.levels[1:]:
        own[level] |= own[tree.parents[level]]
    return own


def _first_match(np: Any, tree: _Tree, nodes: Any, spans: Any, permits: Any, index: Any) -> Any:
    """The same where the first entry that covers a prefix at its length decides: chains of covering entries, the n-th of all nodes at once."""
    count = len(tree.keys)
    held = np.bincount(nodes, minlength=count)
    chain = held.copy()
    for level in tree.levels[1:]:
        chain[level] += chain[tree.parents[level]]
    if int(chain.max(initial=0)) > CHAIN:
        return None
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(held)])
    who, what = [], []
    at, where = np.arange(count), np.arange(count)
    while len(at):
        for nth in range(int(held[where].max(initial=0))):
            some = held[where] > nth
            who.append(at[some])
            what.append(starts[where[some]] + nth)
        inner = tree.parents[where] >= 0
        at, where = at[inner], tree.parents[where[inner]]
    whose, entry = np.concatenate(who), np.concatenate(what)
    ranked = np.lexsort((index[entry], whose))  # entries stand in the order of the list
    whose, entry = whose[ranked], entry[ranked]
    begins = np.concatenate([np.zeros(1, np.int64), np.cumsum(chain)])
    out, decided = np.zeros(count, np.uint64), np.zeros(count, np.uint64)
    for nth in range(int(chain.max(initial=0))):
        some = np.flatnonzero(chain > nth)
        at = entry[begins[some] + nth]
        out[some] |= np.where(permits[at], spans[at] & ~decided[some], np.uint64(0))
        decided[some] |= spans[at]
    return out


def _found(np: Any, tree: _Tree, masks: Sequence[Any], cuts: Sequence[int], bits: int) -> dict[int, tuple[int, int]]:
    """The shortest witness of each signature: of each kind of region the first one, and all before it that their children cover."""
    after = np.argsort((tree.ends & ~np.uint64(255)) | (np.uint64(255) - tree.lengths.astype(np.uint64)))  # children before parents
    kinds = _kinds(np, [tree.lengths, *masks], [7, *(len(cuts) for _one in masks)])[after]
    values = _distinct(np, kinds)
    firsts = np.empty(len(values), np.int64)
    firsts[np.searchsorted(values, kinds)[::-1]] = np.arange(len(kinds))[
        ::-1
    ]  # of the same place the last one stays: the first in order
    events: list[tuple[int, int, int, Any]] = []
    for first in firsts.tolist():
        same = itertools.chain((first,), _others(np, kinds, first))
        for at in same:
            node = int(after[at])
            children = _children(np, tree, node)
            top = bits
            if _tiled(np, tree, node, children):
                top = int(tree.lengths[children].max()) - 1
            events.append((at, node, top, children))
            if top == bits:
                break
    out: dict[int, tuple[int, int]] = {}
    for _at, node, top, children in sorted(events, key=itemgetter(0)):
        held = [int(mask[node]) for mask in masks]
        _note(np, out, tree, node, top, children, held, cuts, bits)
    return out


def _distinct(np: Any, values: Any) -> Any:
    """The distinct values in order; a sort, which takes a fifth of the time of `unique` (that hashes first)."""
    values = np.sort(values)
    return values[np.concatenate([np.ones(1, np.bool_), values[1:] != values[:-1]])]


def _kinds(np: Any, columns: Sequence[Any], sizes: Sequence[int]) -> Any:
    """A number for each row, the same for rows that are equal in all columns; `sizes` are their bits."""
    out, used = np.zeros(len(columns[0]), np.uint64), 0
    for column, size in zip(columns, sizes, strict=True):
        column = column.astype(np.uint64)
        if used + size > STEPS:  # they do not fit beside each other: what stands there is numbered first, and what is to come
            out, column = (np.searchsorted(_distinct(np, one), one).astype(np.uint64) for one in (out, column))
            used, size = int(out.max(initial=0)).bit_length(), int(column.max(initial=0)).bit_length()
        out |= column << np.uint64(used)
        used += size
    return out


def _others(np: Any, kinds: Any, first: int) -> Any:
    """Later regions of the same kind, looked for only when they are asked for."""
    yield from (np.flatnonzero(kinds[first + 1 :] == kinds[first]) + first + 1).tolist()


def _children(np: Any, tree: _Tree, node: int) -> Any:
    """The nodes right under a node, in order."""
    stop = int(np.searchsorted(tree.keys, tree.ends[node], "right"))
    return np.flatnonzero(tree.depths[node + 1 : stop] == tree.depths[node] + 1) + node + 1


def _tiled(np: Any, tree: _Tree, node: int, children: Any) -> bool:
    """Whether the children cover the whole node."""
    sizes = np.uint64(1) << (tree.width - tree.lengths[children]).astype(np.uint64)
    return len(children) > 0 and int(sizes.sum()) == 1 << tree.width - int(tree.lengths[node])


def _note(
    np: Any,
    out: dict[int, tuple[int, int]],
    tree: _Tree,
    node: int,
    top: int,
    children: Any,
    held: Sequence[int],
    cuts: Sequence[int],
    bits: int,
) -> None:
    """Note each signature of a region where it is shorter than what was found."""
    low, key = int(tree.lengths[node]), int(tree.keys[node])
    for length in range(low, top + 1):
        step = next(at for at in range(len(cuts) - 1, -1, -1) if cuts[at] <= length)
        signature = sum(1 << number for number, mask in enumerate(held) if mask >> step & 1)
        known = out.get(signature)
        if known is None or length < known[1]:
            some = children[tree.lengths[children] <= length]
            keys = [_whole(one, tree.width, bits) for one in tree.keys[some].tolist()]
            out[signature] = (gap(_whole(key, tree.width, bits), keys, length, bits), length)


def _whole(key: int, width: int, bits: int) -> int:
    """A key with all bits of the network."""
    return (key >> 8) << (bits - width) << 8 | key & 255
