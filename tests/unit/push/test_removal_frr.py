"""FRR: long lists in short ones, what a change of one sends, and that all of it can be taken away."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from manrs_conformance import platforms
from manrs_conformance.analysis import concrete
from manrs_conformance.model.reference import Authorised
from manrs_conformance.model.route import Route
from manrs_conformance.model.snapshot import Snapshot
from manrs_conformance.push import device, meaning
from manrs_conformance.push.allowlist import owned_ranges

sys.path.insert(0, str(Path(__file__).parent))
from edges import given

BASE = """frr version 8.4.4
frr defaults traditional
hostname edge
!
router bgp 43210
 no bgp ebgp-requires-policy
 neighbor 45.10.0.6 remote-as 43211
 !
 address-family ipv4 unicast
  neighbor 45.10.0.6 activate
  neighbor 45.10.0.6 route-map IN in
  neighbor 45.10.0.6 route-map OUT out
 exit-address-family
exit
!
route-map IN permit 10
 set local-preference 120
exit
!
route-map OUT permit 10
exit
!
end
"""
FRR = platforms.load("frr")


def entries(count: int) -> tuple[tuple[int, int, int, int, bool, int], ...]:
    return tuple(((60 << 24) + (one * 3 << 8), 24, 24, 24, True, 0) for one in range(count))


def pushed(running: str, count: int) -> device.Prepared:
    intent, reference = given()
    known = Authorised(entries(count), (), (43211,))
    return device.prepare(
        Snapshot("edge", "frr", running, {}), intent, replace(reference, authorised={"AS43211:AS-CUSTOMERS": known})
    )


@pytest.mark.parametrize("count", [150, 1000])
def test_every_entry_and_nothing_else_passes(count: int) -> None:
    done = pushed(BASE, count)
    longest = max(
        len(re.findall(rf"prefix-list {name} ", done.text)) for name in set(re.findall(r"prefix-list (MANRS-ALLOW\S+) ", done.text))
    )
    assert longest <= (150 if count == 150 else 20)
    session = done.predicted.session("45.10.0.6", "ipv4-unicast", "default")
    assert session is not None
    assert owned_ranges(session) == {one[:4] for one in entries(count)}

    def taken(network: int) -> bool:
        prefix = f"{network >> 24}.{network >> 16 & 255}.{network >> 8 & 255}.0/24"
        ends = concrete.run(session.inbound, concrete.Seen(Route(prefix, (43211,)), frozenset()), session.inbound.called)
        return {one.end for one in ends} == {"accept"}

    some = entries(count)[:: count // 50]
    assert all(taken(one[0]) for one in some)
    assert not any(taken(one[0] + 256) for one in some)


def test_a_change_sends_only_the_short_lists_it_is_about() -> None:
    first = pushed(BASE, 1000)
    second = pushed(first.merged, 999)
    lists = re.findall(r"(?m)^ip prefix-list (MANRS-ALLOW4\S+) ", second.text)
    assert 0 < len(lists) <= 20 and len(set(lists)) == 1
    fragment = FRR.tidy(second.merged)  # type: ignore[attr-defined]
    assert len(fragment.splitlines()) == 3, "the old short list, the old table and the old import map"
    tidied = FRR.merge(second.merged, fragment)  # type: ignore[attr-defined]
    assert meaning.differences(FRR.parse(second.merged, {}), FRR.parse(tidied, {})) == ()
    assert FRR.tidy(tidied) == FRR.tidy(first.merged) == ""  # type: ignore[attr-defined]


@pytest.mark.parametrize("count", [150, 1000])
def test_removal_leaves_the_router_as_it_was(count: int) -> None:
    running = pushed(BASE, count).merged
    taken = [line for line in FRR.removal(running, BASE).splitlines() if line.startswith("no ")]  # type: ignore[attr-defined]
    assert len(taken) == len(set(taken)), "FRR refuses to take away a list that is gone already"
    back = FRR.merge(running, FRR.removal(running, BASE))  # type: ignore[attr-defined]
    assert back == FRR.merge(BASE, "")  # type: ignore[attr-defined]
