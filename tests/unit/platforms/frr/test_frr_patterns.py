"""Patterns that the C library reads in a way of its own are named as not read, and the common ones are."""

from __future__ import annotations

import pytest
from manrs_conformance.analysis import concrete
from manrs_conformance.model.route import Route
from manrs_conformance.platforms import load
from manrs_conformance.platforms.frr.patterns import readable


@pytest.mark.parametrize(
    "pattern", ["^64500(_64500)*$", "^([0-9]+_){1,3}[0-9]+$", "_64500_", "^(64500|64501)+_", "^64500_[0-9]+$", "(_64500)*", ".*"]
)
def test_common_patterns_are_read(pattern: str) -> None:
    assert readable(pattern)


@pytest.mark.parametrize(
    "pattern", ["^(_1)+$", "(^1)+2", "^(_(1|2))+$", "(_64500){2}", "64500_+64501", "([0-9]_(1))+", "", "[[:digit:]]", r"\1"]
)
def test_patterns_that_decide_nothing(pattern: str) -> None:
    assert not readable(pattern)


def test_a_repeated_anchor_leaves_the_route_open() -> None:
    """FRR 8.4 accepted the path `11 1` here; read as written it is refused."""
    text = """frr version 8.4.4
router bgp 64500
 neighbor 192.0.2.1 remote-as 64501
 address-family ipv4 unicast
  neighbor 192.0.2.1 filter-list 1 in
 exit-address-family
exit
bgp as-path access-list 1 seq 5 permit ^(_1)+$
"""
    router = load("frr").parse(text, {})
    assert [(one.line, one.state) for one in router.unread] == [(8, "unsupported")]
    session = router.session("192.0.2.1", "ipv4-unicast")
    assert session is not None
    assert concrete.decide(session.inbound, Route("203.0.113.0/24", (11, 1))).verdict == "inconclusive"
