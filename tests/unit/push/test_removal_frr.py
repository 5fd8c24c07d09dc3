"""FRR: long lists in short ones, what a change of one sends, and that all of it can be taken away."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from manrs_conformance import api, platforms
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


RULE = {"match": {"op": "==", "left": {"meta": {"key": "nfproto"}}, "right": "ipv6"}}
OWN = [
    {"table": {"family": "inet", "name": "manrs"}},
    {"rule": {"family": "inet", "table": "manrs", "chain": "source_validation", "expr": [RULE]}},
]
OTHER = {"table": {"family": "inet", "name": "site"}}


def linux(strict: int, table: bool) -> dict[str, str]:
    return {
        "sysctl": f"net.ipv4.conf.all.rp_filter = 0\nnet.ipv4.conf.lan0.rp_filter = 1\nnet.ipv4.conf.stub0.rp_filter = {strict}\n",
        "nft": json.dumps({"nftables": [OTHER, *(OWN if table else [])]}),
    }


def test_source_validation_goes_with_the_rest() -> None:
    was, now = Snapshot("edge", "frr", BASE, linux(0, False)), Snapshot("edge", "frr", pushed(BASE, 5).merged, linux(1, True))
    gone = api.removal_json(now, was)
    trailer = "!manrs-sysctl net.ipv4.conf.stub0.rp_filter = 0\n!manrs-nft\n!manrs-nft-end\n"
    assert gone["candidate"].endswith(trailer) and gone["candidate"].count("!manrs-") == 3
    assert gone["left"] == []
    left = FRR.predict_state(now.state, gone["candidate"])  # type: ignore[attr-defined]
    assert json.loads(left["nft"]) == {"nftables": [OTHER]}
    again = api.removal_json(replace(now, config=FRR.merge(now.config, gone["candidate"]), state=was.state), was)  # type: ignore[attr-defined]
    assert (again["candidate"], again["left"]) == ("", [])


def test_removal_says_where_it_cannot_tell_of_source_validation() -> None:
    was, now = Snapshot("edge", "frr", BASE, {}), Snapshot("edge", "frr", pushed(BASE, 5).merged, linux(1, True))
    gone = api.removal_json(now, was)
    assert "!manrs-" not in gone["candidate"]
    assert gone["left"] == ["source validation is left as it is: the live outputs of now or of before do not tell of it"]
