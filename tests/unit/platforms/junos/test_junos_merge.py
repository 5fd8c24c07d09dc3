"""Merging on Junos: neutral where nothing is new, the same for text and commands, undone by `delete`."""

from __future__ import annotations

import dataclasses
import importlib.util
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from manrs_conformance.errors import MergeError
from manrs_conformance.model.policy import PrefixList
from manrs_conformance.model.router import Router
from manrs_conformance.platforms import load, load_merge

HERE = Path(__file__).parent
JUNOS = load_merge("junos")
TEXTS = {one.parent.name: one.read_text(encoding="utf-8") for one in sorted(HERE.glob("*/running.conf"))}
RUNNING = (HERE / "merge" / "block_into_block" / "running.txt").read_text(encoding="utf-8")
_spec = importlib.util.spec_from_file_location("junos_flatten", HERE / "flatten.py")
assert _spec is not None and _spec.loader is not None
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
flatten = _module.flatten
PLACES = {"line", "lines", "line_states", "unread", "secrets", "facts", "where", "complete", "incomplete_because"}


def bare(value: Any) -> Any:
    """A model value without the places where things stand."""
    if isinstance(value, PrefixList):
        entries = tuple(entry[:5] for entry in value.entries)
        return ("PrefixList", value.name, value.afi, entries, value.order, value.kind)
    if dataclasses.is_dataclass(value):
        return {one.name: bare(getattr(value, one.name)) for one in dataclasses.fields(value) if one.name not in PLACES}
    if isinstance(value, dict):
        return {name: bare(part) for name, part in value.items()}
    if isinstance(value, tuple | list):
        some = [
            tuple(one[:5]) if isinstance(one, tuple) and len(one) == 6 and isinstance(one[4], bool) else bare(one) for one in value
        ]
        return sorted(some, key=repr) if value and isinstance(value[0], PrefixList) else some
    return value


def meaning(text: str) -> Any:
    """What a configuration means, with the unread lines by what they taint."""
    router = load("junos").parse(text, {})
    assert len(router.line_states) == len(text.splitlines())
    return bare(router), sorted((str(one.taints), one.state, one.text) for one in router.unread if one.text != "}")


def policies(text: str) -> Any:
    """The parts of a model whose order means something, and the rest in any order."""
    router: Router = load("junos").parse(text, {})
    assert router.complete, router.incomplete_because
    lists = sorted((one.name, one.afi, tuple(sorted(e[:5] for e in one.entries))) for one in router.prefix_lists)
    named = {name: bare(one) for name, one in sorted(router.policies.items())}
    sessions = sorted(repr(bare(one)) for one in router.sessions)
    communities = sorted(repr(bare(one)) for one in router.community_lists)
    return lists, named, sessions, communities, router.hostname


@pytest.mark.parametrize("name", TEXTS)
def test_merging_onto_itself_changes_nothing(name: str) -> None:
    text = TEXTS[name]
    once = JUNOS.merge(text, "")
    assert meaning(once) == meaning(text)
    assert JUNOS.merge(text, text) == once
    assert JUNOS.merge("", text) == once
    assert JUNOS.merge(once, "") == once


@pytest.mark.parametrize("name", ["careful", "careless", "programs", "routefilters", "sav", "groups"])
def test_what_junos_prints_is_kept_to_the_letter(name: str) -> None:
    assert JUNOS.merge(TEXTS[name], TEXTS[name]) == TEXTS[name]


@pytest.mark.parametrize("name", TEXTS)
def test_the_set_form_is_merged_as_well(name: str) -> None:
    text = flatten(TEXTS[name])
    once = JUNOS.merge(text, "")
    assert meaning(once)[0] == meaning(text)[0]
    assert JUNOS.merge(text, text) == once


NAMES = st.sampled_from(["A", "B", "CUST-IN", "CUSTOMER"])
PREFIXES = st.sampled_from(["10.0.0.0/8", "192.0.2.0/24", "198.51.100.0/24", "2001:db8::/32"])
MATCHES = st.sampled_from(["exact", "orlonger", "longer", "upto /28"])
FROM = st.one_of(
    st.builds("route-filter {} {};".format, PREFIXES, MATCHES),
    st.builds("prefix-list {};".format, NAMES),
    st.builds("community {};".format, NAMES),
    st.sampled_from(["protocol bgp;", "protocol [ bgp static ];"]),
)
THEN = st.one_of(
    st.builds("local-preference {};".format, st.integers(1, 300)),
    st.builds("community add {};".format, NAMES),
    st.sampled_from(["metric 5;", "next-hop self;"]),
)


@st.composite
def fragments(draw: st.DrawFn) -> str:
    """A text that Junos would load: lists, policies, chains, neighbours; no second end of a term."""
    out = []
    for name in draw(st.lists(NAMES, unique=True, max_size=2)):
        out.append(f"prefix-list {name} {{ {' '.join(f'{one};' for one in draw(st.lists(PREFIXES, unique=True, min_size=1)))} }}")
    for name in draw(st.lists(NAMES, unique=True, max_size=2)):
        terms = []
        for term in draw(st.lists(st.sampled_from(["n1", "n2", "n3"]), unique=True, min_size=1)):
            ways = "".join(draw(st.lists(FROM, unique_by=lambda one: one.split()[0] if "protocol" in one else one, max_size=3)))
            acts = "".join(draw(st.lists(THEN, unique_by=lambda one: one.split()[0], max_size=2)))
            end = draw(st.sampled_from(["accept;", "reject;", "next term;"]))
            terms.append(f"term {term} {{ {f'from {{ {ways} }}' if ways else ''} then {{ {acts}{end} }} }}")
        out.append(f"policy-statement {name} {{ {' '.join(terms)} }}")
    for name in draw(st.lists(NAMES, unique=True, max_size=2)):
        out.append(f"community {name} members 64500:{draw(st.integers(1, 9))};")
    text = f"policy-options {{ {' '.join(out)} }}\n" if out else ""
    chain = draw(st.lists(NAMES, unique=True, max_size=3))
    if chain:
        listed = f"[ {' '.join(chain)} ]" if len(chain) > 1 else chain[0]
        where = draw(st.sampled_from(["{}", "neighbor 192.0.2.2 {{ {} }}", "neighbor 192.0.2.9 {{ peer-as 64509; {} }}"]))
        way = draw(st.sampled_from(["import", "export"]))
        text += f"protocols {{ bgp {{ group CUSTOMERS {{ {where.format(f'{way} {listed};')} }} }} }}\n"
    return text


@given(fragments())
@settings(max_examples=80, deadline=None)
def test_text_and_commands_lead_to_the_same(fragment: str) -> None:
    assert JUNOS.merge(RUNNING, fragment) == JUNOS.merge(RUNNING, flatten(fragment) or "# nothing\n")
    assert policies(JUNOS.merge(flatten(RUNNING), fragment)) == policies(JUNOS.merge(RUNNING, fragment))


@given(fragments())
@settings(max_examples=60, deadline=None)
def test_a_fragment_is_idempotent_and_loses_no_line(fragment: str) -> None:
    once = JUNOS.merge(RUNNING, fragment)
    assert JUNOS.merge(once, fragment) == once
    after = set(flatten(once).splitlines())
    wanted = [line for line in flatten(fragment).splitlines() if line not in after]
    assert wanted == []
    replaced = ("local-preference", "peer-as", "metric", "next")
    gone = [one for one in flatten(RUNNING).splitlines() if one not in after and not one.startswith("deactivate")]
    assert [one for one in gone if not any(word in one for word in replaced)] == []


@given(fragments())
@settings(max_examples=60, deadline=None)
def test_delete_undoes_set(fragment: str) -> None:
    before = set(flatten(RUNNING).splitlines())
    added = [line for line in flatten(fragment).splitlines() if line not in before]
    merged = JUNOS.merge(RUNNING, fragment)
    undo = "".join(f"delete{line[3:]}\n" for line in reversed(added) if " local-preference " not in line)
    if not undo:
        return
    back = flatten(JUNOS.merge(merged, undo)).splitlines()
    # Named statements that a fragment made stay as empty ones, as they do on Junos.
    shells = [line for line in back if line not in before]
    named = ("policy-statement", "term", "prefix-list", "neighbor", "community")
    assert all(line.split()[-2] in named or " local-preference " in line for line in shells)
    assert before <= set(back)


@given(st.text(max_size=200))
@settings(max_examples=60, deadline=None)
def test_any_text_is_merged_or_refused(text: str) -> None:
    for running in (RUNNING, ""):
        try:
            out = JUNOS.merge(running, text)
        except MergeError:
            continue
        load("junos").parse(out, {})


def test_a_large_list_is_loaded_in_seconds() -> None:
    lines = [f"set policy-options prefix-list BIG 10.{n >> 8}.{n & 255}.0/24" for n in range(20_000)]
    out = JUNOS.merge(RUNNING, "\n".join(lines))
    found = next(one for one in load("junos").parse(out, {}).prefix_lists if one.name == "BIG")
    assert len(found.entries) == 20_000
