"""What one neighbour may announce: pinned prefixes or the registries' answer, with the more specifics it may use and without what is excluded."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ..model.intent import Intent, Neighbour, PrefixRange
from ..model.policy import PrefixEntry
from ..model.ranges import Ranges
from ..model.reference import Authorised, Reference
from . import prefixes

BITS = {4: 32, 6: 128}
_KEPT: dict[tuple[Neighbour, bool], tuple[Authorised, Authorised]] = {}
"""What was adjusted for a neighbour last, with what it was made of: a large as-set is asked about by many checks."""
MOST = 512


def of(neighbour: Neighbour, remote_as: object, reference: Reference, *, widened: bool = True) -> Authorised:
    """What the neighbour may announce; `problem` says why it is unknown, and nothing is ever authorised by a missing answer.

    Without `widened`, more specifics that the intent allows beyond the registries are left out: they may be announced, and need not be listed.
    """
    if neighbour.prefixes is not None:
        asn = (remote_as,) if isinstance(remote_as, int) else ()
        known = Authorised(entries(neighbour.prefixes, 4), entries(neighbour.prefixes, 6), neighbour.origins or asn)
        return _without(known, neighbour) if neighbour.exclude else known
    key = neighbour.as_set or f"AS{remote_as}"
    found = reference.authorised.get(key)
    if found is None:
        return Authorised((), (), problem=f"no registry data for {key} and no pinned prefixes in the intent")
    longer = widened and (neighbour.more_specifics_v4 or neighbour.more_specifics_v6)
    if found.problem or not (longer or neighbour.exclude):
        return found
    held = _KEPT.get((neighbour, widened))
    if held is None or held[0] is not found:
        if len(_KEPT) >= MOST:
            _KEPT.clear()
        held = _KEPT[neighbour, widened] = (found, _without(_widened(found, neighbour) if longer else found, neighbour))
    return held[1]


def entries(items: Iterable[PrefixRange], afi: int, *, every_longer: bool = False) -> tuple[PrefixEntry, ...]:
    """Declared prefix ranges of one family as list entries."""
    out: list[PrefixEntry] = []
    for one in items:
        net = ipaddress.ip_network(one.prefix, strict=False)
        if net.version != afi:
            continue
        low = one.ge if one.ge is not None else net.prefixlen
        high = one.le if one.le is not None else (BITS[afi] if one.ge is not None else net.prefixlen)
        low, high = (net.prefixlen, BITS[afi]) if every_longer else (low, high)
        out.append((int(net.network_address), net.prefixlen, low, high, True, 0))
    return tuple(out)


def _widened(known: Authorised, neighbour: Neighbour) -> Authorised:
    """Every range down to the length that the intent allows."""
    reasons = dict(known.reasons)

    def longer(ranges: tuple[PrefixEntry, ...], afi: int, most: int | None) -> tuple[PrefixEntry, ...]:
        out = []
        for one in ranges:
            high = max(one[3], most or 0)
            wide = (*one[:3], high, *one[4:])
            why = known.reasons.get(_text(one, afi))
            if wide != one and why is not None:
                reasons[_text(wide, afi)] = f"{why}; down to /{high} by the intent"
            out.append(wide)
        return Ranges(dict.fromkeys(out))

    v4, v6 = longer(known.v4, 4, neighbour.more_specifics_v4), longer(known.v6, 6, neighbour.more_specifics_v6)
    return replace(known, v4=v4, v6=v6, reasons=reasons)


def _without(known: Authorised, neighbour: Neighbour) -> Authorised:
    """The ranges without the excluded prefixes and everything longer; a problem when nothing is left of something."""
    out = {4: known.v4, 6: known.v6}
    for one in neighbour.exclude:
        net = ipaddress.ip_network(one)
        out[net.version] = Ranges(
            dict.fromkeys(
                each
                for entry in out[net.version]
                for each in minus(entry, int(net.network_address), net.prefixlen, BITS[net.version])
            )
        )
    excluded = dict.fromkeys(neighbour.exclude, "excluded by the intent")
    gone = (known.v4 or known.v6) and not (out[4] or out[6])
    problem = "the intent excludes everything that is authorised; an empty filter is never built" if gone else known.problem
    return replace(known, v4=out[4], v6=out[6], reasons={**known.reasons, **excluded}, problem=problem)


def reasoned(known: Authorised) -> Iterator[tuple[str, str]]:
    """Each range in words with why it is authorised: what registries say, else that the intent pins it."""
    for afi, ranges in ((4, known.v4), (6, known.v6)):
        for one in ranges:
            words = _text(one, afi)
            yield words, known.reasons.get(words) or _whose(known, one, afi)


def _whose(known: Authorised, one: PrefixEntry, afi: int) -> str:
    """The reason of a range that was cut out of a wider one, or that none is known of."""
    for size in range(one[1], -1, -1):
        start = prefixes.text(4 if afi == 4 else 6, one[0] >> (BITS[afi] - size) << (BITS[afi] - size), size)
        found = next((why for words, why in known.reasons.items() if words.partition(" ")[0] == start), None)
        if found is not None:
            return f"part of {start}: {found}"
    return "pinned in the intent"


def minus(entry: PrefixEntry, network: int, length: int, bits: int) -> Iterator[PrefixEntry]:
    """The range without a prefix and all longer ones, as ranges: what is shorter stays, what is longer is taken from the parts beside it."""
    net, size, low, high = entry[:4]
    if size >= length:
        if net >> (bits - length) != network >> (bits - length):
            yield entry
        return
    if network >> (bits - size) != net >> (bits - size) or high < length:
        yield entry
        return
    if low < length:
        yield (net, size, low, length - 1, *entry[4:])
    for depth in range(size + 1, length + 1):
        shift = bits - depth
        yield (((network >> shift) ^ 1) << shift, depth, max(low, length), high, *entry[4:])


def _text(one: PrefixEntry, afi: int) -> str:
    """A range as reasons are found by."""
    return prefixes.text(4 if afi == 4 else 6, one[0], one[1]) + (f" le {one[3]}" if one[3] != one[1] else "")


def never(intent: Intent, reference: Reference, user: Neighbour | None) -> dict[int, str]:
    """ASNs that the as-set of a customer can never hold, and why; the own ones may stand in the own set (`user` is None)."""
    out = dict.fromkeys(reference.bogons.transit_free, "a transit-free network")
    out |= dict.fromkeys(intent.never_customers, "declared never to be a customer")
    for one in intent.neighbours:
        if one.relationship in {"peer", "provider"} and one.select.asn:
            out[one.select.asn] = f"a {one.relationship}"
    if user is not None:
        out |= dict.fromkeys(intent.asns, "our own")
        if user.select.asn:
            out.pop(user.select.asn, None)
    for asn in intent.asns if user is None else ():
        out.pop(asn, None)
    return out
