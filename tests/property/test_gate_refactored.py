"""Refactoring changes no meaning, on every platform: other names, another order of definitions, of independent terms and of permitting entries."""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from manrs_conformance import platforms
from manrs_conformance.analysis.evaluate import differ
from manrs_conformance.gate.meaning import Meaning, compare
from manrs_conformance.model.policy import NEXT, Attachment, Policy, PrefixList, Term
from manrs_conformance.model.router import Router

sys.path.insert(0, str(Path(__file__).parent))

from corpus import CORPORA

WAYS = ("import", "export")
CASES = [(name, number) for name, corpus in CORPORA.items() for number in range(len(corpus.texts))]
TOKEN = re.compile(r"[^\s;,(){}\[\]\"']+")
COMMON = {"default", "all", "any", "in", "out", "permit", "deny", "import", "export", "none", "local", "internet"}
DEFINES = {
    "iosxr": re.compile(r"(?:prefix|as-path|community|large-community)-set \S+|route-policy [\w-]+"),
    **dict.fromkeys(
        ("frr", "ios", "nxos", "eos"),
        re.compile(
            r"(?:ip|ipv6) prefix-list \S+|(?:ip|bgp) as-path access-list \S+"
            r"|(?:ip|bgp) (?:large-|ext)?community-list (?:standard |expanded |regexp )?\S+|route-map \S+(?= (?:permit|deny))"
        ),
    ),
}
"""Definitions whose order among each other says nothing, by the platforms that write them at the left margin."""


def parsed(platform: str, text: str) -> Router:
    return platforms.load(platform).parse(text, {})


def text_of(case: tuple[str, int]) -> str:
    return CORPORA[case[0]].texts[case[1]]


def names(router: Router) -> set[str]:
    """Names that an operator chose for policies and lists and that stand nowhere else as a word of the language."""
    found = {one.name for one in (*router.policies.values(), *router.prefix_lists, *router.other_lists)}
    return {one for one in found if re.fullmatch(r"[A-Za-z][\w:.-]*", one) and one.lower() not in COMMON and not one.islower()}


def empty(found: Meaning, router: Router) -> bool:
    """No difference; and no doubt either, but on filters that cannot be followed exactly whatever they are compared with."""
    sides = {(one.key, word): (one, one.inbound if word == "import" else one.outbound) for one in router.sessions for word in WAYS}
    known = [sides[each.session, each.direction] for each in found.unclear]
    return found.changes == () and all(differ(side, side, afi=session.afi).because for session, side in known)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_other_names(case: tuple[str, int]) -> None:
    text = text_of(case)
    before = parsed(case[0], text)
    chosen = names(before)
    renamed = TOKEN.sub(lambda found: f"{found[0]}-RENAMED" if found[0] in chosen else found[0], text)
    after = parsed(case[0], renamed)
    if len(after.unread) != len(before.unread) or len(after.undefined) != len(before.undefined):
        return  # a name was a word of another kind too
    assert empty(compare({"r": before}, {"r": after}), before)


@pytest.mark.parametrize("case", [one for one in CASES if one[0] in DEFINES], ids=str)
def test_another_order_of_definitions(case: tuple[str, int]) -> None:
    """What was defined last comes first; the lines of one object keep their order."""
    text = text_of(case)
    before, after = parsed(case[0], text), parsed(case[0], turned(text, DEFINES[case[0]]))
    if len(after.unread) != len(before.unread):
        return  # a text that no router shows, such as commands that somebody pasted
    assert empty(compare({"r": before}, {"r": after}), before)


def turned(text: str, defines: re.Pattern[str]) -> str:
    """The text with its definitions in the opposite order, at the places where definitions stood."""
    pieces = list(blocks(text))
    mine = [(found[0], piece) for piece in pieces if (found := defines.match(piece))]
    order = {name: number for number, name in enumerate(dict.fromkeys(name for name, _piece in reversed(mine)))}
    changed = iter([piece for _name, piece in sorted(mine, key=lambda one: order[one[0]])])
    return "".join(next(changed) if defines.match(piece) else piece for piece in pieces)


def blocks(text: str) -> Iterator[str]:
    """Lines at the margin with what is indented below them; the sets and policies of IOS-XR up to their end."""
    held = ""
    closing = False
    for line in text.splitlines(keepends=True):
        if closing:
            held += line
            closing = line.strip() not in ("end-set", "end-policy")
            continue
        if held and not line[0].isspace() and not line.startswith("exit"):
            yield held
            held = ""
        held += line
        closing = bool(DEFINES["iosxr"].match(line)) and not line.startswith("route-map")
    if held:
        yield held


@pytest.mark.parametrize("case", CASES, ids=str)
def test_another_order_of_independent_terms_and_entries(case: tuple[str, int]) -> None:
    before = parsed(case[0], text_of(case))
    dice = random.Random(str(case))
    sessions = tuple(
        replace(one, inbound=shuffled(one.inbound, dice), outbound=shuffled(one.outbound, dice)) for one in before.sessions
    )
    assert empty(compare({"r": before}, {"r": replace(before, sessions=sessions)}), before)


def shuffled(one: Attachment, dice: random.Random) -> Attachment:
    """Neighbouring terms that do the same with what they match change places, and so do entries that all permit."""
    filters = tuple(replace(each, policy=reordered(each.policy, dice)) for each in one.filters)
    return replace(one, filters=filters)


def reordered(policy: Policy, dice: random.Random) -> Policy:
    terms = list(policy.terms)
    jumps = any(one.step == "goto" for term in terms for one in (term.on_match, term.on_miss))
    for number in range(0 if jumps else len(terms) - 1):
        if alike(terms[number], terms[number + 1]):
            terms[number : number + 2] = terms[number + 1], terms[number]
    return replace(policy, terms=tuple(replace(one, cond=entries(one.cond, dice)) for one in terms))


def alike(one: Term, two: Term) -> bool:
    """Whether both decide the same for what they match and leave the rest to what follows."""
    same = (one.actions, one.on_match, one.call) == (two.actions, two.on_match, None)
    return same and one.on_match.step in ("accept", "reject") and one.on_miss == two.on_miss == NEXT


def entries(cond: object, dice: random.Random) -> object:
    """The condition with the entries of its prefix lists in another order, where all of them permit."""
    if hasattr(cond, "conds"):
        return replace(cond, conds=tuple(entries(one, dice) for one in cond.conds))  # type: ignore[type-var]
    if not hasattr(cond, "lists"):
        return cond
    lists = tuple(
        replace(one, entries=tuple(dice.sample(one.entries, len(one.entries))))
        if isinstance(one, PrefixList) and all(entry[4] for entry in one.entries) and one.order == "first"
        else one
        for one in cond.lists
    )
    return replace(cond, lists=lists)  # type: ignore[type-var]
