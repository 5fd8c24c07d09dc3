"""The lab's routing registry is a real IRRd: what it says through the engine is what bgpq4 makes of it, and what fails is never empty."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from faces import INVENTORY, NOW, intent
from manrs_conformance import api, checks
from manrs_conformance.model.result import Status
from manrs_conformance.sources._bytes import SourceError
from manrs_conformance.sources.authorised import authorised
from manrs_conformance.sources.irr import RecordedRegistry, expand, routes_of
from manrs_conformance.sources.irrd import IrrdClient
from manrs_lab import Lab, irr, topology

NAMES = tuple(
    dict.fromkeys(
        name
        for registry in irr.registries()
        for name in re.findall(r"^as-set:\s+(\S+)", (irr.REGISTRIES / f"{registry}.rpsl").read_text(), re.M)
    )
)
HOLLOW = {"AS-EMPTY", "AS-ONLYEMPTY", "AS-ONLYGAPS", "AS-STRANGERS"}
"""Sets that exist and hold no ASN."""
ROUTELESS = {"AS-NOROUTES", "AS-UNKNOWNASN", "AS-R2N0"}


def client(lab: Lab) -> IrrdClient:
    return IrrdClient([(lab.irr, irr.WHOIS)], irr.registries(), timeout=10)


def ours(lab: Lab, name: str) -> set[str]:
    asked = client(lab)
    return {one for prefixes in routes_of(asked, expand(asked, name).asns).values() for one in prefixes}


def bgpq4(lab: Lab, name: str) -> set[str]:
    found: set[str] = set()
    for family in "46":
        words = ["bgpq4", "-h", lab.irr, "-S", ",".join(irr.registries()), f"-{family}", "-j", "-l", "x", name]
        done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=30)
        found |= {one["prefix"] for one in json.loads(done.stdout)["x"]}
    return found


def test_there_are_shapes_enough(lab: Lab) -> None:
    assert len(NAMES) >= 60
    assert sum(bool(ours(lab, name)) for name in NAMES) >= 50


@pytest.mark.parametrize("name", [*NAMES, "AS-GONE", "TWO::AS-PAIRED", "ONE::AS-PAIRED", "TWO::AS-CROSS"])
def test_the_engine_and_bgpq4_get_the_same_prefixes(lab: Lab, name: str) -> None:
    assert ours(lab, name) == bgpq4(lab, name)


def test_objects_that_are_rpki_invalid_may_be_asked_for_too(lab: Lab) -> None:
    """The lab's IRRd validates nothing, so that its answers are the same; that it takes the command is what counts."""
    asked, plain = client(lab), client(lab)
    asked.unfiltered = True
    queries = ["r45.11.0.0/20,L", "gAS43211", "mas-set,AS43211:AS-ALL"]
    assert asked.ask(queries) == plain.ask(queries)
    assert "45.11.0.0/20" in (asked.recorded["r45.11.0.0/20,L"] or "")


def test_the_registry_itself_expands_to_the_same(lab: Lab) -> None:
    """IRRd's own recursive answer (`!i...,1`), which is how bgpq4 asks for ASNs."""
    asked = client(lab)
    for name in NAMES:
        told = asked.ask([f"i{name},1"])[f"i{name},1"] or ""
        # IRRd leaves names that it cannot resolve in its answer.
        assert {int(one[2:]) for one in told.split() if one[2:].isdigit()} == set(expand(asked, name).asns), name


def test_empty_missing_and_without_routes_are_told_apart_where_bgpq4_says_the_same(lab: Lab) -> None:
    said = {name: authorised(name, policy="irr", registry=client(lab), vrps=None).problem for name in [*NAMES, "AS-GONE"]}
    assert {name for name, why in said.items() if why and "holds no ASN" in why} == HOLLOW
    assert {name for name, why in said.items() if why and "no prefix is authorised" in why} == ROUTELESS
    assert {name for name, why in said.items() if why and "does not exist" in why} == {"AS-GONE"}
    assert {name for name, why in said.items() if why} == HOLLOW | ROUTELESS | {"AS-GONE"}
    assert all(bgpq4(lab, name) == set() for name in HOLLOW | ROUTELESS | {"AS-GONE"})


def test_members_that_do_not_exist_are_named_and_empty_ones_are_not(lab: Lab) -> None:
    assert expand(client(lab), "AS-DEEPGAP").missing == ("AS-GONE",)
    assert expand(client(lab), "AS-HOLDSEMPTY").missing == ()


def test_customers_get_what_the_registry_gives_them(lab: Lab) -> None:
    reference = api.Inputs.read(intent(lab), None, None, NOW).reference
    assert reference.problem("irr") is None
    keys = {"cust": "AS43211:AS-ALL", "stub1": "AS43213", "stub2": "AS43218:AS-STUB"}
    for node, key in keys.items():
        v4, v6, origins = topology.CUSTOMER_CONES[node]
        found = reference.authorised[key]
        assert set(found.reasons) == {*v4, *v6}
        assert set(found.origins) == set(origins)
    assert reference.authorised[keys["cust"]].reasons["45.12.0.0/22"] == "route object of AS43212 in LAB", "it has no ROA"


def test_the_recording_of_the_inventory_is_what_the_registry_says(lab: Lab) -> None:
    """Where the lab does not run, sources/irr.json stands for it."""
    recorded = RecordedRegistry.read((INVENTORY / "sources/irr.json").read_bytes()).answers
    inputs = api.Inputs.read(intent(lab), None, None, NOW)
    (used,) = [one for one in inputs.reference.provenance if one.source == "irr"]
    live = IrrdClient([(lab.irr, irr.WHOIS)], ["LAB"], timeout=10)
    assert {one: sorted((text or "").split()) for one, text in live.ask(list(recorded)).items()} == {
        one: sorted((text or "").split()) for one, text in recorded.items()
    }
    assert set(json.loads(inputs.reference.raw[used.sha256])["answers"]) == set(recorded)
    assert used.location == f"{lab.irr}:{irr.WHOIS}"


def test_without_the_registry_nothing_is_authorised_and_no_check_passes(lab: Lab, tmp_path: Path) -> None:
    lab.stop("irr")
    try:
        with pytest.raises(SourceError, match=lab.irr):
            expand(client(lab), "AS-ONE")
        inputs = api.Inputs.read(intent(lab), None, None, NOW)
        assert lab.irr in (inputs.reference.problem("irr") or "")
        assert all(one.problem and not one.v4 and not one.v6 for one in inputs.reference.authorised.values())
        found = checks.run_all({}, {}, inputs.intent, inputs.reference)
        # IRR-06 compares two declarations of the name, the intent's and PeeringDB's.
        judged = [one for one in found if one.check.startswith("IRR-") and one.check != "IRR-06"]
        assert {one.status for one in judged} == {Status.INCONCLUSIVE}
    finally:
        lab.start("irr")
        lab.wait_irr()
    assert ours(lab, "AS-ONE")
