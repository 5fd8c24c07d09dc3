"""Two parts of a model are the same when only their places differ."""

from __future__ import annotations

from dataclasses import replace

from manrs_conformance.analysis.same import same
from manrs_conformance.model.policy import ACCEPT, Const, Policy, PrefixList, PrefixMatch, Term

LIST = PrefixList("L", 4, ((0x0A000000, 8, 8, 24, True, 3), (0, 0, 0, 0, False, 4)), (3, 4))
POLICY = Policy("P", "route-map", (Term("10", PrefixMatch((LIST,), 7), ACCEPT, lines=(6, 7)),), lines=(6, 7))


def test_places_do_not_count() -> None:
    moved = replace(LIST, entries=tuple((*one[:5], one[5] + 9) for one in LIST.entries), lines=(12, 13))
    assert same(LIST, moved)
    assert same(POLICY, replace(POLICY, terms=(replace(POLICY.terms[0], cond=PrefixMatch((moved,), 16), lines=()),), lines=()))
    assert same({"P": POLICY}, {"P": replace(POLICY, lines=())})


def test_everything_else_counts() -> None:
    for entry in ((0x0B000000, 8, 8, 24, True, 3), (0x0A000000, 8, 8, 25, True, 3), (0x0A000000, 8, 8, 24, False, 3)):
        assert not same(LIST, replace(LIST, entries=(entry, LIST.entries[1])))
    assert not same(LIST, replace(LIST, entries=LIST.entries[::-1]))
    assert not same(POLICY, replace(POLICY, terms=(*POLICY.terms, *POLICY.terms)))
    assert not same(Const(None, "a"), Const(None, "b"))
    assert not same({"P": POLICY}, {"P": POLICY, "Q": POLICY})
    assert not same(LIST, POLICY)
