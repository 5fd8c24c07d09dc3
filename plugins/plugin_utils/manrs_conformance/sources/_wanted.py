"""What the public sources are asked about, from the intent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..model.intent import Intent

GREATEST = 1000
"""ASNs of customers' as-sets that are still asked one by one; with more, what they announce counts as unknown."""
PRIVATE = ((64512, 65534), (4200000000, 4294967294))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Own ASNs and prefixes, ASNs that customers originate from, and own as-sets."""

    asns: tuple[int, ...] = ()
    prefixes: tuple[str, ...] = ()
    customers: tuple[int, ...] = ()
    as_sets: tuple[str, ...] = ()


def wanted(intent: Intent, origins: Sequence[int] = ()) -> Wanted:
    """What an intent asks for; `origins` are ASNs found in its customers' as-sets."""
    customers = dict.fromkeys(origins if len(origins) <= GREATEST else ())
    for one in intent.neighbours:
        if one.relationship == "customer":
            customers |= dict.fromkeys([*((one.select.asn,) if one.select.asn else ()), *(one.origins or ())])
    own = set(intent.asns)
    public = sorted(asn for asn in customers if asn not in own and not any(low <= asn <= high for low, high in PRIVATE))
    return Wanted(intent.asns, tuple(one.prefix for one in intent.prefixes), tuple(public), intent.as_sets)
