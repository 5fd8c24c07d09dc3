"""EXP-02 by the tagging contract of each router comes to the same as following every way."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from manrs_conformance import checks, platforms
from manrs_conformance.checks import exp_02
from manrs_conformance.checks._contract import Kept
from manrs_conformance.sources.intent import load_intent
from manrs_conformance.sources.reference import load

from .test_exp_02_fleets import EDGE1, EDGE2, INTENT, OWN, PEER, RR1, edge1, edge2, frr

CONTRACT = INTENT + "tagging: {customer: '3333:100'}\n"
SCRUB = "bgp community-list standard TAG seq 5 permit 3333:100\n"
IMPORTS = {
    "scrubs": SCRUB + "route-map IN permit 10\n set comm-list TAG delete\nexit\n",
    "keeps": "route-map IN permit 10\nexit\n",
    "tags": "route-map IN permit 10\n set community 3333:100 additive\nexit\n",
    "refuses": SCRUB + "route-map IN deny 10\n match community TAG\nexit\nroute-map IN permit 20\nexit\n",
}
INSIDE = {
    "nothing": "",
    "adds": "route-map PASS permit 10\n set community 3333:100 additive\nexit\n",
    "unread": "route-map PASS permit 10\n set nonsense 1\nexit\n",
}
EXPORTS = {
    "tagged": SCRUB
    + "route-map OUT permit 10\n match community TAG\nexit\nroute-map OUT permit 20\n match ip address prefix-list OWN\nexit\n",
    "own": "route-map OUT permit 10\n match ip address prefix-list OWN\nexit\n",
    "all": "route-map OUT permit 10\nexit\n",
}


@pytest.mark.parametrize(("came", "passed", "left"), list(itertools.product(IMPORTS, INSIDE, EXPORTS)))
def test_the_contract_and_the_ways_agree(
    came: str, passed: str, left: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "manrs.yml").write_text(CONTRACT, encoding="utf-8")
    intent = load_intent(tmp_path / "manrs.yml")
    reference = load(tmp_path, "2026-11-24T06:00:00Z", intent=intent)
    option = "route-map PASS out" if INSIDE[passed] else ""
    texts = {
        "edge1": edge1({RR1: option}, IMPORTS[came] + INSIDE[passed]),
        "rr1": frr(RR1, {EDGE1: "route-reflector-client", EDGE2: "route-reflector-client"}),
        "edge2": edge2({RR1: ""}, EXPORTS[left]),
    }
    assert OWN in texts["edge1"]
    routers = {name: platforms.load("frr").parse(text, {}) for name, text in texts.items()}
    lines = {name: text.splitlines() for name, text in texts.items()}

    def said() -> list[tuple[str, str, bool]]:
        found = checks.run_all(routers, lines, intent, reference, only={"EXP-02"})
        return [(one.subject, one.status.value, bool(one.witnesses)) for one in found]

    short = said()
    monkeypatch.setattr(exp_02, "_kept", lambda _context: Kept(frozenset(), frozenset(), frozenset()))
    assert short == said()
    leaks = left == "all" or (left == "tagged" and (came in ("keeps", "tags") or passed == "adds"))
    (status,) = [status for subject, status, _witness in short if PEER in subject]
    if passed == "unread":
        assert status in (("fail", "inconclusive") if leaks else ("pass", "inconclusive"))
    else:
        assert status == ("fail" if leaks else "pass")
