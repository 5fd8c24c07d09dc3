"""The curly and the `set` form of one configuration mean the same."""

from __future__ import annotations

import dataclasses
import importlib.util
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from manrs_conformance.model.policy import PrefixList
from manrs_conformance.model.router import Router
from manrs_conformance.platforms import load

HERE = Path(__file__).parent
CASES = sorted(HERE.glob("*/running.conf"))
_spec = importlib.util.spec_from_file_location("junos_flatten", HERE / "flatten.py")
assert _spec is not None and _spec.loader is not None
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
flatten = _module.flatten

LINES = {"line", "lines", "line_states", "unread", "secrets", "facts", "where"}
"""What may differ: where things stand."""


def bare(value: Any) -> Any:
    """A model value without lines."""
    if isinstance(value, PrefixList):
        entries = tuple(entry[:5] for entry in value.entries)
        return ("PrefixList", value.name, value.afi, entries, value.order, value.kind)
    if dataclasses.is_dataclass(value):
        parts = {one.name: getattr(value, one.name) for one in dataclasses.fields(value)}
        return (type(value).__name__, {name: bare(part) for name, part in parts.items() if name not in LINES})
    if isinstance(value, dict):
        return {name: bare(part) for name, part in value.items()}
    if isinstance(value, tuple | list):
        return [tuple(one[:5]) if _entry(one) else bare(one) for one in value]
    return value


def _entry(value: Any) -> bool:
    return isinstance(value, tuple) and len(value) == 6 and isinstance(value[4], bool)


def same(text: str) -> tuple[Router, Router]:
    """Both forms, which must mean the same."""
    curly, flat = load("junos").parse(text, {}), load("junos").parse(flatten(text), {})
    for one in dataclasses.fields(Router):
        if one.name not in LINES | {"complete", "incomplete_because"}:
            assert bare(getattr(curly, one.name)) == bare(getattr(flat, one.name)), one.name
    assert {(str(u.taints), u.state) for u in curly.unread} == {(str(u.taints), u.state) for u in flat.unread}
    return curly, flat


@pytest.mark.parametrize("path", CASES, ids=lambda one: one.parent.name)
def test_both_forms_are_equal(path: Path) -> None:
    """Every case: sessions, policies, lists, interfaces, originations, undefined references and taints."""
    curly, flat = same(path.read_text(encoding="utf-8"))
    assert curly.facts["form"] == "curly"
    assert flat.facts["form"] == "set"
    assert curly.sessions or curly.interfaces


@pytest.mark.parametrize("case", ["routefilters", "careful", "groups"])
def test_runs_of_lines_mean_what_single_lines_mean(case: str) -> None:
    """Comments between the lines keep them from being read as one run."""
    text = (HERE / case / "running.conf").read_text(encoding="utf-8")
    for whole in (text, flatten(text)):
        apart = "".join(f"{line}\n# between\n" for line in whole.splitlines())
        one, two = load("junos").parse(whole, {}), load("junos").parse(apart, {})
        assert bare(one.policies) == bare(two.policies)
        assert bare(one.prefix_lists) == bare(two.prefix_lists)
        assert bare(one.sessions) == bare(two.sessions)


NAMES = st.sampled_from(["A", "B", "C-1", "C-2"])
POLICIES = st.sampled_from(["P1", "P2", "( P1 && ! P2 )"])


@st.composite
def settings_of(draw: st.DrawFn, depth: str) -> list[str]:
    """Statements of one BGP level."""
    out = []
    if draw(st.booleans()):
        out.append(f"import [ {' '.join(draw(st.lists(POLICIES, min_size=1, max_size=2, unique=True)))} ];")
    if draw(st.booleans()):
        out.append(f"{draw(st.sampled_from(['', 'inactive: ']))}export {draw(POLICIES)};")
    if draw(st.booleans()):
        out.append(f"family inet {{ unicast {{ prefix-limit {{ maximum {draw(st.integers(1, 9))}; }} }} }}")
    if draw(st.booleans()):
        out.append("remove-private;")
    if depth != "group" and draw(st.integers(0, 3)) == 0:
        out.append(f"apply-groups-except {draw(st.sampled_from(['G1', 'G2']))};")
    if depth != "group" and draw(st.integers(0, 3)) == 0:
        out.append(f"apply-groups {draw(st.sampled_from(['G1', 'G2', '[ G1 G2 ]']))};")
    return out


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A configuration with groups, wildcards and inactive parts."""
    wild = st.sampled_from(["<*>", "<C-*>", "A", "<[AB]>"])
    groups = "".join(
        f"G{n} {{ protocols {{ bgp {{ {' '.join(draw(settings_of('group')))} group {draw(wild)} {{ {' '.join(draw(settings_of('group')))} "
        f"neighbor <*> {{ {' '.join(draw(settings_of('group')))} }} }} }} }} "
        f"policy-options {{ prefix-list L {{ 203.0.113.{n}/32; }} policy-statement <P*> {{ term <*> {{ then {{ metric {n}; }} }} }} }} }} "
        for n in (1, 2)
    )
    parts = []
    for name in draw(st.lists(NAMES, min_size=1, max_size=3, unique=True)):
        neighbors = "".join(
            f"{draw(st.sampled_from(['', '', 'inactive: ']))}neighbor 192.0.2.{ord(name[-1])}{n} "
            f"{{ peer-as 6450{n}; {' '.join(draw(settings_of('neighbor')))} }} "
            for n in range(draw(st.integers(1, 2)))
        )
        parts.append(f"group {name} {{ type external; {' '.join(draw(settings_of('bgp')))} {neighbors} }} ")
    policies = "".join(
        f"policy-statement P{n} {{ term a {{ from {{ prefix-list L; {draw(st.sampled_from(['', 'inactive: ']))}protocol bgp; }} "
        f"then {draw(st.sampled_from(['accept', 'reject', 'next policy']))}; }} {draw(st.sampled_from(['', 'then reject;']))} }} "
        for n in (1, 2)
    )
    return (
        f"version 21.4R1; groups {{ {groups} }} apply-groups [ {' '.join(draw(st.permutations(['G1', 'G2'])))} ]; "
        f"policy-options {{ prefix-list L {{ 192.0.2.0/24; }} {policies} }} routing-options {{ autonomous-system 64500; }} "
        f"protocols {{ bgp {{ {' '.join(draw(settings_of('bgp')))} {''.join(parts)} }} }}"
    )


@settings(max_examples=80, deadline=None)
@given(texts())
def test_generated_configurations_are_equal_in_both_forms(text: str) -> None:
    """Groups with wildcards, exceptions, lists that join and inactive parts."""
    same(text)
