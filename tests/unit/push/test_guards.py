"""Where source validation is refused: it would take something away, or nobody knows what it would do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from manrs_conformance.model.plan import Plan, SourceValidation
from manrs_conformance.model.router import Interface, Router, SourceFilter
from manrs_conformance.platforms import _guards

FACE = Interface("Ethernet1", ("192.0.2.1/24",))
WANTED = SourceValidation("Ethernet1", (4,), ("192.0.2.0/24",))
UNKNOWN = SourceFilter("X", 4, ())


def guards(face: Interface, wanted: SourceValidation = WANTED, method: _guards.Method = "acl") -> tuple[list[_guards.Guard], str]:
    plan = Plan("edge1", "ios", 64496, sources=(wanted,))
    made, left = _guards.guards(plan, Router("ios", interfaces=(face,)), {4: method, 6: method})
    assert bool(made) == bool(left.sources)
    return made, " ".join(left.left)


def test_rightful_sources_and_hosts_without_an_address_pass() -> None:
    (made,), left = guards(FACE)
    assert [str(net) for net in made.permits] == ["0.0.0.0/32", "192.0.2.0/24"]
    assert left == ""


@pytest.mark.parametrize(
    ("face", "method", "why"),
    [
        (replace(FACE, urpf_v4="unknown"), "urpf", "not understood"),
        (replace(FACE, urpf_v4="unknown"), "acl", "not understood"),
        (replace(FACE, acl_in_v4="EDGE"), "acl", "EDGE already stands here"),
        (replace(FACE, acl_in_v4="EDGE"), "urpf", "EDGE already stands here"),
        (replace(FACE, acl_in_v4="MANRS-SAV4-OURS"), "acl", "MANRS-SAV4-OURS already stands here"),
        (replace(FACE, acl_in_v4="MANRS-SAV4-0123abcd"), "urpf", "already stands here"),
        (replace(FACE, exceptions_v4=UNKNOWN, urpf_exceptions="X"), "urpf", "exceptions (X)"),
    ],
)
def test_what_stands_there_already_is_left_to_its_operator(face: Interface, method: _guards.Method, why: str) -> None:
    made, left = guards(face, method=method)
    assert made == [] and why in left


def test_an_owned_filter_may_be_replaced() -> None:
    assert guards(replace(FACE, acl_in_v4="MANRS-SAV4-0123abcd"))[0]


@pytest.mark.parametrize("permits", [(), ("0.0.0.0/0",), ("2001:db8::/32",)])
def test_a_filter_never_stands_on_sources_that_are_not_known(permits: tuple[str, ...]) -> None:
    made, left = guards(FACE, replace(WANTED, permits=permits))
    assert made == [] and "not known" in left


@pytest.mark.parametrize(("count", "fits"), [(_guards.MOST - 1, True), (_guards.MOST, False)])
def test_a_filter_that_may_not_fit_the_hardware_is_left(count: int, fits: bool) -> None:
    permits = tuple(f"198.51.{number // 256}.{number % 256}/32" for number in range(count))
    made, left = guards(FACE, replace(WANTED, permits=permits))
    assert bool(made) is fits
    assert ("may not fit" in left) is not fits


def test_strict_validation_is_nothing_to_do() -> None:
    assert guards(replace(FACE, urpf_v4="strict")) == ([], "")
