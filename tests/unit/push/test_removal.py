"""What is owned can be taken away: old generations when nothing refers to them, and all of it, after which the router is as it was."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from manrs_conformance import platforms
from manrs_conformance.errors import PushError
from manrs_conformance.model.snapshot import Snapshot
from manrs_conformance.platforms import Platform
from manrs_conformance.push import device, meaning

sys.path.insert(0, str(Path(__file__).parent))
from edges import HERE, NAMES, given, prepared

NETWORK = "45.12.8.0/24"


def another_generation(name: str, running: str) -> str:
    """The configuration after a push in which the first customer has one prefix less."""
    intent, reference = given()
    known = reference.authorised["AS43211:AS-CUSTOMERS"]
    less = replace(reference, authorised={"AS43211:AS-CUSTOMERS": replace(known, v4=known.v4[:-1])})
    found = platforms.load(name)
    router = found.parse(running, {})
    before = device.judge("edge", router, running, intent, less)
    plan = device.plan.make("edge", router, intent, less, before)
    return found.merge(running, found.render(plan, router, running).text)  # type: ignore[attr-defined,no-any-return]


def comments_aside(text: str) -> list[str]:
    return [line.strip().lower() for line in text.splitlines() if line.strip() not in ("", "!")]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_in_use_is_taken_away(name: str) -> None:
    assert platforms.load(name).tidy(prepared(name).merged) == ""  # type: ignore[attr-defined]
    assert platforms.load(name).tidy((HERE / f"{name}.cfg").read_text()) == ""  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", [one for one in NAMES if one != "junos"])
def test_the_old_generation_is_taken_away_and_nothing_else(name: str) -> None:
    found = platforms.load(name)
    first = prepared(name).merged
    second = another_generation(name, first)
    fragment = found.tidy(second)  # type: ignore[attr-defined]
    gone = re.findall(r"MANRS-\S+", fragment)
    assert len(gone) == len(set(gone)) == 2
    tidied = found.merge(second, fragment)  # type: ignore[attr-defined]
    assert not any(one in tidied for one in gone)
    assert NETWORK not in tidied
    assert meaning.differences(found.parse(second, {}), found.parse(tidied, {})) == ()
    assert found.tidy(tidied) == ""  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", [one for one in NAMES if one != "junos"])
def test_a_push_takes_away_what_an_earlier_one_left(name: str) -> None:
    """Three generations: the third push takes the first one's lists away, those of the second stay for a way back; and back to the first."""
    intent, reference = given()
    known = reference.authorised["AS43211:AS-CUSTOMERS"]

    def push(running: str, count: int) -> str:
        some = replace(reference, authorised={"AS43211:AS-CUSTOMERS": replace(known, v4=known.v4[:count])})
        return device.prepare(Snapshot("edge", name, running, {}), intent, some).merged

    def lists(text: str) -> set[str]:
        return set(re.findall(r"MANRS-ALLOW4-[0-9a-f]{8}", text))

    first = prepared(name).merged
    second = push(first, 2)
    third = push(second, 1)
    (old,) = lists(first) - lists(third)
    assert lists(first) < lists(second)
    assert len(lists(third)) == len(lists(second))
    again = push(second, 3)
    assert old in again and lists(again) == lists(second)
    assert push(again, 3) == again


@pytest.mark.parametrize("name", NAMES)
def test_removal_leaves_the_router_as_it_was(name: str) -> None:
    found = platforms.load(name)
    base = (HERE / f"{name}.cfg").read_text()
    running = another_generation(name, prepared(name).merged)
    fragment = found.removal(running, base)  # type: ignore[attr-defined]
    after = found.merge(running, fragment)  # type: ignore[attr-defined]
    assert "MANRS-" not in after
    assert meaning.differences(found.parse(base, {}), found.parse(after, {})) == ()
    assert sorted(comments_aside(after)) == sorted(comments_aside(base))


@pytest.mark.parametrize(
    ("name", "entry", "more"),
    [
        ("ios", r"(?m)^(ip prefix-list MANRS-ALLOW4-\w+) seq 5 .*$", r"\g<0>\n\1 seq 7 permit 45.200.0.0/16 le 24"),
        ("nxos", r"(?m)^(ip prefix-list MANRS-ALLOW4-\w+) seq 5 .*$", r"\g<0>\n\1 seq 7 permit 45.200.0.0/16 le 24"),
        ("iosxr", r"prefix-set MANRS-ALLOW4-\w+\n", r"\g<0>  45.200.0.0/16 le 24,\n"),
    ],
)
def test_an_owned_list_that_was_changed_by_hand_is_named(name: str, entry: str, more: str) -> None:
    running = prepared(name).merged
    assert not [one for one in prepared(name, running).plan.left if "changed by hand" in one]
    done = prepared(name, re.sub(entry, more, running, count=1))
    assert [(one.check, one.subject) for one in done.remaining if one.check == "CUS-03"] == [
        ("CUS-03", "default/45.10.0.2/ipv4-unicast")
    ]
    (told,) = [one for one in done.plan.left if "changed by hand" in one]
    assert told.startswith("default/45.10.0.2/ipv4-unicast: MANRS-IN4-45-10-0-2-") and "CUS-03 goes on failing" in told


def number_of(text: str, pattern: str) -> str:
    found = re.search(rf"^ip as-path access-list (\d+) {pattern}$", text, re.M)
    assert found
    return found[1]


def test_numbered_lists_of_the_operator_stay_on_ios() -> None:
    """List 10 is matched in the copy of the operator's map; it goes with no generation, whoever else refers to it."""
    ios = platforms.load("ios")
    base = (HERE / "ios.cfg").read_text()
    running = prepared("ios").merged
    orphaned = running.replace("route-map PEER-IN deny 10\n match as-path 10\n", "route-map PEER-IN deny 10\n")
    fragment = ios.removal(orphaned, base)  # type: ignore[attr-defined]
    assert "no ip as-path access-list 10\n" not in fragment
    assert "no ip as-path access-list 500\n" not in fragment
    assert f"no ip as-path access-list {number_of(running, r'permit _0_')}\n" in fragment


def test_free_numbers_are_taken_and_used_again_on_ios() -> None:
    running = prepared("ios").merged
    assert number_of(running, r"permit _0_") == "499"
    assert number_of(running, r"permit \^\$") == "500", "the operator's own list stands first"
    again = another_generation("ios", running)
    assert len(re.findall(r"^ip as-path access-list \d+ permit _0_$", again, re.M)) == 1


@pytest.mark.parametrize("name", NAMES)
def test_limits_and_source_validation_of_the_operator_come_back(name: str) -> None:
    found: Platform = platforms.load(name)
    base = (HERE / f"{name}.cfg").read_text()
    running = prepared(name).merged
    fragment = found.removal(running, running)  # type: ignore[attr-defined]
    kept = found.parse(found.merge(running, fragment), {})  # type: ignore[attr-defined]
    assert all(one.max_prefix for one in kept.sessions if one.kind == "ebgp"), "the base had them"
    back = found.parse(found.merge(running, found.removal(running, base)), {})  # type: ignore[attr-defined]
    assert not any(one.max_prefix for one in back.sessions if one.kind == "ebgp" and name != "eos")
    assert all(one.urpf_v4 == "none" for one in back.interfaces)


@pytest.mark.parametrize("name", ["eos", "ios", "nxos"])
def test_a_copy_follows_the_operators_map(name: str) -> None:
    running = prepared(name).merged
    changed = re.sub(r"(?m)^(route-map STUB-IN permit 30\n\s+set local-preference) 300$", r"\1 310", running)
    assert changed != running
    again = prepared(name, changed)
    assert {(one.neighbor, one.inbound is not None, one.outbound is not None) for one in again.plan.sessions} == {
        ("45.10.0.6", True, False),
        ("2a10:1000:6::2", True, False),
    }
    assert "set local-preference 310" in again.text
    assert prepared(name, again.merged).text == ""


@pytest.mark.parametrize("name", ["eos", "ios", "nxos"])
def test_a_copy_follows_where_the_operators_map_continues(name: str) -> None:
    running = prepared(name).merged
    changed = re.sub(r"(?m)^(route-map TRANSIT-IN permit 10\n\s+set metric 10)\n\s+continue 30$", r"\1", running)
    assert changed != running
    again = prepared(name, changed)
    assert [(one.neighbor, one.inbound is not None) for one in again.plan.sessions] == [("45.10.1.3", True)]
    assert prepared(name, again.merged).text == ""


@pytest.mark.parametrize("name", ["ios", "iosxr"])
@pytest.mark.parametrize(
    ("count", "stops"), [(38, ""), (41, ""), (20, "from 40 to 20"), (80, "from 40 to 80"), (0, "would be empty")]
)
def test_an_allow_list_that_moves_too_far_stops_the_plan(name: str, count: int, stops: str) -> None:
    intent, reference = given()
    known = reference.authorised["AS43211:AS-CUSTOMERS"]

    def after(running: str, number: int) -> device.Prepared:
        nets = tuple((0x2D0B0000 + (one << 8), 24, 24, 24, True, 0) for one in range(number))
        changed = replace(reference, authorised={"AS43211:AS-CUSTOMERS": replace(known, v4=nets)})
        return device.prepare(Snapshot("edge", name, running, {}), intent, changed)

    running = after((HERE / f"{name}.cfg").read_text(), 40).merged
    if stops:
        with pytest.raises(PushError, match=stops):
            after(running, count)
    else:
        assert "MANRS-ALLOW4-" in after(running, count).text
