"""What Junos alone asks of a rendered plan: chains of single neighbours, longest match, generations that go in the same commit."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from manrs_conformance.model.plan import OWNED, ImportPlan, Plan, Rendered, SessionPlan, SourceValidation
from manrs_conformance.model.policy import PrefixEntry
from manrs_conformance.model.router import Router
from manrs_conformance.platforms import load_push
from manrs_conformance.platforms.junos.wording import spread

JUNOS = load_push("junos")
EDGE = (Path(__file__).parent / "rendering" / "junos.cfg").read_text()
ALLOW: tuple[PrefixEntry, ...] = ((0x2D0B0000, 20, 20, 24, True, 0),)
NEXT: tuple[PrefixEntry, ...] = ((0x2D0C0000, 22, 22, 22, True, 0),)


def session(allow: tuple[PrefixEntry, ...] = ALLOW, neighbor: str = "45.10.1.2", **more: object) -> SessionPlan:
    inbound = ImportPlan(allow=allow, refuse_invalid=False, first_as=43214)
    return SessionPlan(neighbor, "ipv4-unicast", "default", inbound, **more)  # type: ignore[arg-type]


def rendered(text: str, *sessions: SessionPlan) -> tuple[Rendered, str]:
    done = JUNOS.render(Plan("edge", "junos", 43210, sessions), JUNOS.parse(text, {}), text)
    return done, JUNOS.merge(text, done.text) if done.text else text


def chain(router: Router, neighbor: str = "45.10.1.2") -> list[str]:
    found = router.session(neighbor, "ipv4-unicast")
    assert found is not None
    return [one.name for one in found.inbound.filters]


def test_what_a_neighbour_inherits_stands_behind_the_owned_policy() -> None:
    done, merged = rendered(EDGE, session())
    router = JUNOS.parse(merged, {})
    own, *rest = chain(router)
    assert own.startswith(f"{OWNED}IN4-") and rest == ["PEER-IN"]
    assert "delete " not in done.text
    assert re.search(r"group PEERS \{\n\s+type external;\n\s+import PEER-IN;", merged), "the group keeps its own chain"


def test_an_old_generation_goes_in_the_same_commit() -> None:
    _, first = rendered(EDGE, session())
    names = set(re.findall(rf"{OWNED}\S+?(?=[;\s\]])", first))
    done, second = rendered(first, session(NEXT))
    assert "delete protocols bgp group PEERS neighbor 45.10.1.2 import\n" in done.text
    left = names & set(re.findall(rf"{OWNED}\S+?(?=[;\s\]])", second))
    assert not [one for one in left if one.startswith((f"{OWNED}IN4", f"{OWNED}ALLOW"))]
    assert len(chain(JUNOS.parse(second, {}))) == 2
    assert not JUNOS.parse(second, {}).undefined


def test_what_another_session_still_uses_stays() -> None:
    _, first = rendered(EDGE, session(), session(neighbor="45.10.1.3"))
    lists = set(re.findall(rf"{OWNED}ALLOW4-\w+", first))
    _, second = rendered(first, session(NEXT))
    assert lists < set(re.findall(rf"{OWNED}ALLOW4-\w+", second))
    assert not JUNOS.parse(second, {}).undefined


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("            import PEER-IN;\n", "            import ( PEER-IN && NETWORKS );\n", "policy expression"),
        (
            "            neighbor 45.10.1.2 {\n",
            "            neighbor 45.10.1.2 {\n                inactive: import NETWORKS;\n",
            "inactive",
        ),
        ("            neighbor 45.10.1.2 {\n", "            protect: neighbor 45.10.1.2 {\n", "protected"),
        ("            neighbor 45.10.1.2 {\n", "            neighbor 45.10.1.2 {\n                keep none;\n", "keep none"),
        (
            "system {\n",
            "groups {\n    G {\n        protocols {\n            bgp {\n                group PEERS {\n                    import NETWORKS;\n"
            "                }\n            }\n        }\n    }\n}\napply-groups G;\nsystem {\n",
            "configuration groups",
        ),
    ],
)
def test_a_chain_that_cannot_be_preceded_is_left(old: str, new: str, why: str) -> None:
    text = EDGE.replace(old, new, 1)
    assert text != EDGE
    done, _ = rendered(text, session())
    assert done.text == ""
    assert [one for one in done.plan.left if why in one], done.plan.left


def test_no_family_is_put_to_a_neighbour_for_a_limit() -> None:
    text = EDGE.replace("            neighbor 45.10.1.2 {\n                family inet {\n                    unicast;\n                }\n", "            neighbor 45.10.1.2 {\n")  # fmt: skip
    assert text != EDGE
    done, _ = rendered(text, session(max_prefix=10))
    assert "prefix-limit" not in done.text
    assert [one for one in done.plan.left if "may reset the session" in one]
    done, merged = rendered(EDGE, session(max_prefix=10))
    found = JUNOS.parse(merged, {}).session("45.10.1.2", "ipv4-unicast")
    assert found is not None and (found.max_prefix, found.max_prefix_action) == (10, "restart")


def test_both_families_of_one_neighbour_share_its_chain() -> None:
    text = EDGE.replace("            neighbor 45.10.1.2 {\n", "            neighbor 45.10.1.2 {\n                family inet6 {\n                    unicast;\n                }\n", 1)  # fmt: skip
    six = SessionPlan(
        "45.10.1.2", "ipv6-unicast", "default", ImportPlan(allow=((0x20010DB8 << 96, 32, 32, 48, True, 0),), refuse_invalid=False)
    )
    _, merged = rendered(text, session(), six)
    names = chain(JUNOS.parse(merged, {}))
    assert [one.split("-")[1] for one in names[:2]] == ["IN6", "IN4"] and names[2:] == ["PEER-IN"]
    _, again = rendered(merged, session(NEXT))
    names = chain(JUNOS.parse(again, {}))
    assert sorted(one.split("-")[1] for one in names[:2]) == ["IN4", "IN6"] and names[2:] == ["PEER-IN"]
    for name in names[:2]:
        family = "inet6" if "IN6" in name else "inet"
        body = re.search(rf"policy-statement {name} \{{\n(.*?)^    \}}", again, re.MULTILINE | re.DOTALL)
        assert body is not None
        assert body[1].count(f"family {family};") == body[1].count("term "), "a term without its family would reject the other one"


def test_a_loose_check_becomes_strict_and_spares_hosts_without_an_address() -> None:
    text = EDGE.replace("                address 45.10.8.1/24;\n", "                rpf-check {\n                    mode loose;\n                }\n                address 45.10.8.1/24;\n")  # fmt: skip
    plan = Plan("edge", "junos", 43210, sources=(SourceValidation("ge-0/0/1.0", (4, 6), ("45.10.8.0/24",)),))
    done = JUNOS.render(plan, JUNOS.parse(text, {}), text)
    face = next(one for one in JUNOS.parse(JUNOS.merge(text, done.text), {}).interfaces if one.name == "ge-0/0/1.0")
    assert (face.urpf_v4, face.urpf_v6) == ("strict", "strict")
    assert face.exceptions_v4 is not None and face.exceptions_v6 is not None


LENGTHS = st.integers(0, 8)


@st.composite
def entries(draw: st.DrawFn) -> list[PrefixEntry]:
    """Ranges over the first eight bits of IPv4."""
    out: list[PrefixEntry] = []
    for _ in range(draw(st.integers(1, 6))):
        length = draw(LENGTHS)
        network = draw(st.integers(0, 255)) >> (8 - length) << (8 - length) if length else 0
        low = draw(st.integers(length, 8))
        out.append((network << 24, length, low, draw(st.integers(low, 8)), True, 0))
    return out


@given(entries())
@settings(max_examples=200, deadline=None)
def test_by_longest_match_a_spread_list_is_the_union(some: list[PrefixEntry]) -> None:
    """Of overlapping entries only the longest decides on Junos; the list must still let through what any entry does."""
    listed = spread(some, 32)
    assert len({one[:2] for one in listed}) == len(listed)
    for length in range(9):
        for value in range(1 << length):
            network = value << (32 - length) if length else 0
            union = any(
                one[1] <= length and network >> (32 - one[1]) == one[0] >> (32 - one[1]) and one[2] <= length <= one[3]
                for one in some
            )
            over = [one for one in listed if one[1] <= length and network >> (32 - one[1]) == one[0] >> (32 - one[1])]
            longest = max(over, key=lambda one: one[1], default=None)
            assert (longest is not None and bool(longest[2] >> length & 1)) == union, ipaddress.ip_network((network, length))
