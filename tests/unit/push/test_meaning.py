"""A router means what was planned, or the difference is named; a device's own difference is read back exactly or not at all."""

from __future__ import annotations

import difflib
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from manrs_conformance import platforms
from manrs_conformance.platforms._diff import patched
from manrs_conformance.push import meaning

CONFIG = """frr version 8.4.4
router bgp 64500
 no bgp default ipv4-unicast
 neighbor 192.0.2.1 remote-as 64501
 !
 address-family ipv4 unicast
  neighbor 192.0.2.1 activate
  neighbor 192.0.2.1 prefix-list L in
 exit-address-family
exit
!
ip prefix-list L seq 5 permit 198.51.100.0/24
end
"""
LINES = st.lists(st.sampled_from(["a", "b", " c", "exit", "!"]), max_size=12)


def test_only_what_it_does_counts_not_where_it_stands() -> None:
    parse = platforms.load("frr").parse
    one = parse(CONFIG, {})
    assert meaning.differences(one, parse("!\n!\n" + CONFIG, {})) == ()
    (told,) = meaning.differences(one, parse(CONFIG.replace("198.51.100.0/24", "198.51.100.0/23"), {}))
    assert "192.0.2.1" in told
    assert "inbound" in told
    assert meaning.differences(one, replace(one, sessions=())) == ("the session default/192.0.2.1/ipv4-unicast is missing",)
    assert meaning.differences(one, parse(CONFIG + "ip route 192.0.2.0/24 Null0\n", {})) == (
        "the static routes are not as planned",
    )


def test_what_is_not_understood_and_validation_that_is_off_are_no_small_things() -> None:
    parse = platforms.load("frr").parse
    one = parse(CONFIG, {})
    odd = CONFIG.replace("exit\n!\n", " do what nobody knows\nexit\n!\n", 1)
    assert meaning.differences(one, parse(odd, {})) == ("a line was not planned and not understood: do what nobody knows",)
    assert meaning.differences(parse(odd, {}), parse(odd, {})) == ()
    assert meaning.differences(replace(one, validation={"ipv4": True}), one) == ("origin validation is not as planned",)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(LINES, LINES, st.integers(0, 3))
def test_a_difference_read_back_gives_the_other_text(old: list[str], new: list[str], context: int) -> None:
    diff = "\n".join(difflib.unified_diff(old, new, lineterm="", n=context))
    assert patched("\n".join(old), diff) == "\n".join(new) + "\n"


def test_a_difference_that_does_not_fit_says_nothing() -> None:
    diff = "\n".join(difflib.unified_diff(["a", "b", "c"], ["a", "c"], lineterm=""))
    assert patched("x\na\nb\nc", diff) == "x\na\nc\n"
    assert patched("a\nc", diff) is None
