"""What is remembered of one list or router is never taken for what another says."""

from __future__ import annotations

from dataclasses import replace

import pytest
from manrs_conformance.analysis import passage, prefixes, scope
from manrs_conformance.checks import _allowlist
from manrs_conformance.model.policy import Attachment, PrefixEntry, PrefixList
from manrs_conformance.model.ranges import Ranges, joined
from manrs_conformance.model.route import Route
from manrs_conformance.model.router import Interface, Router, Session

COUNT = prefixes.LONG + 6
MANY = tuple((0x2D000000 + (n << 8), 24, 24, 24, True, n + 1) for n in range(COUNT))
"""45.0.N.0/24 for each N, on line N + 1."""


def asked(entries: tuple[PrefixEntry, ...], network: int, length: int, order: str = "first") -> tuple[bool, int]:
    """Whether a list permits a prefix, and the line that does."""
    one = PrefixList("L", 4, Ranges(entries), order=order)  # type: ignore[arg-type]
    route = Route(prefixes.text(4, network, length), (64501,))
    return prefixes.permits(one, network, length), passage._prefix_line(one, route)


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    prefixes._answers.clear()
    _allowlist._NAMED.clear()


def test_lists_that_say_something_else_are_asked_themselves() -> None:
    last = MANY[-1]
    denies = (*MANY[:-1], (*last[:4], False, last[5]))
    assert asked(MANY, last[0], 24) == (True, COUNT)
    assert asked(denies, last[0], 24) == (False, 0)
    assert asked(MANY, last[0], 24) == (True, COUNT)
    assert asked(MANY, last[0], 25) == (False, 0)


def test_the_same_entries_in_another_order_of_decision() -> None:
    wide = ((0x2D000000, 8, 8, 32, False, 900), *MANY)
    assert asked(wide, MANY[3][0], 24) == (False, 0)
    assert asked(wide, MANY[3][0], 24, "longest") == (True, 4)


def test_whether_and_where_are_two_questions() -> None:
    assert asked(MANY, MANY[0][0], 24) == asked(MANY, MANY[0][0], 24) == (True, 1)


def test_a_line_is_that_of_the_list_that_was_asked() -> None:
    moved = tuple((*one[:5], one[5] + 500) for one in MANY)
    assert (asked(MANY, MANY[7][0], 24)[1], asked(moved, MANY[7][0], 24)[1]) == (8, 508)


def test_specific_ranges_depend_on_the_family() -> None:
    entries = Ranges([(0, 10, 10, 12, True, 1)])
    assert _allowlist._specific(entries, 8) == entries
    assert _allowlist._specific(entries, 16) == ()
    assert _allowlist._specific(entries, 8) == entries


def test_a_digest_tells_what_stands_in_lists_and_in_which_order() -> None:
    one, two = Ranges(MANY[:3]), Ranges(MANY[3:6])
    told = [one.content, two.content, joined([one, two]).content, joined([two, one]).content, joined([one, one]).content]
    told += [Ranges([(*MANY[0][:4], False, 1), *MANY[1:3]]).content]
    assert len(set(told)) == len(told)
    assert joined([one]).content == one.content == Ranges((*each[:5], 77) for each in one).content
    assert joined([one, two]) == MANY[:6]


def test_sessions_over_an_interface_are_those_of_its_router() -> None:
    face = Interface("Ethernet1", ("192.0.2.1/24",))
    none = (Attachment("import", (), None), Attachment("export", (), None))
    session = Session("192.0.2.2", "ipv4-unicast", 64501, "ebgp", 64500, *none)
    router = Router("frr", sessions=(session,), interfaces=(face,))
    other = replace(router, sessions=(replace(session, neighbor="192.0.2.3"),))
    for _turn in range(2):
        assert [one.neighbor for one in scope.sessions_over(router, face)] == ["192.0.2.2"]
        assert [one.neighbor for one in scope.sessions_over(other, face)] == ["192.0.2.3"]
