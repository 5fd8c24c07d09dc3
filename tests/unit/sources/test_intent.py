"""Loading `manrs.yml`: values, and messages that name place and remedy."""

from __future__ import annotations

import copy
import datetime
import json
from pathlib import Path
from typing import Any

import pytest
from manrs_conformance.errors import InputError
from manrs_conformance.model.intent import Cache, PrefixRange, Selector
from manrs_conformance.sources.intent import load_intent

ROOT = Path(__file__).resolve().parents[3]
SMALL: dict[str, Any] = {
    "organisation": {"name": "Example"},
    "asns": [64500],
    "prefixes": ["192.0.2.0/24"],
    "neighbours": [{"select": {"asn": 64501}, "relationship": "customer"}],
}


def having(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(SMALL), **changes}


def neighbour(**changes: Any) -> dict[str, Any]:
    return having(neighbours=[{"select": {"asn": 64501}, "relationship": "customer", **changes}])


def error_of(content: str | dict[str, Any], tmp_path: Path) -> str:
    source: Any = content
    if isinstance(content, str):
        source = tmp_path / "manrs.yml"
        source.write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_intent(source)
    return str(caught.value)


def test_example_loads_completely() -> None:
    intent = load_intent(ROOT / "inventory/example/manrs.yml")
    assert intent.asns == (64500,)
    assert intent.prefixes == (PrefixRange("192.0.2.0/24"), PrefixRange("2001:db8::/32", None, 48))
    assert intent.neighbours[0].select == Selector(asn=64501)
    assert intent.neighbours[0].prefixes == (PrefixRange("203.0.113.0/24"), PrefixRange("2001:db8:beef::/48"))
    assert intent.neighbours[1].prefixes is None
    assert intent.tagging is not None and intent.tagging.customer == "64500:1000"
    assert [one.requirement for one in intent.declarations] == ["A1.J1", "A1.J2", "A1.J3", "A3.J1"]
    assert intent.declarations[0].updated == "2026-10-01"
    assert intent.sources["irr"]["servers"] == "irr.example.net,irr2.example.net"
    assert len(intent.digest) == 64


def test_empty_prefix_list_is_not_the_same_as_none() -> None:
    assert load_intent(neighbour(prefixes=[])).neighbours[0].prefixes == ()
    assert load_intent(neighbour()).neighbours[0].prefixes is None


def test_unquoted_community_is_not_a_sexagesimal_number(tmp_path: Path) -> None:
    path = tmp_path / "manrs.yml"
    path.write_text(json.dumps(SMALL)[:-1] + ', "tagging": {"customer": 64500:10}}', encoding="utf-8")
    tagging = load_intent(path).tagging
    assert tagging is not None and tagging.customer == "64500:10"


def test_digest_depends_on_content_only(tmp_path: Path) -> None:
    one, two = tmp_path / "a.yml", tmp_path / "b.yml"
    one.write_text(json.dumps(SMALL), encoding="utf-8")
    two.write_text("# comment\n" + json.dumps(SMALL, indent=3), encoding="utf-8")
    assert load_intent(one).digest == load_intent(two).digest == load_intent(SMALL).digest
    assert load_intent(having(asns=[64499])).digest != load_intent(SMALL).digest


def test_dates_of_inventory_variables_are_accepted() -> None:
    said = {"statement": "Nightly.", "updated": datetime.date(2026, 10, 1), "by": "A"}
    assert load_intent(having(declarations={"A1.J2": said})).declarations[0].updated == "2026-10-01"


HEAD = "organisation: {name: Example}\nasns: [64500]\nprefixes: []\nneighbours:\n"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ["is empty"]),
        ("- 1\n", ["must be a mapping, not a list"]),
        ("a: [\n", ["is not valid YAML"]),
        (
            HEAD + "  - select: {asn: 64501}\n    relationship: custmer\n",
            [":6: neighbours[0].relationship:", "did you mean customer", "route_server"],
        ),
        (HEAD + "  - select: {asn: 64501}\n    relationship: peer\n    relationship: customer\n", [":7:", "given twice", "line 6"]),
        (HEAD + "  - select: {asn: AS64501}\n    relationship: peer\n", [":5: neighbours[0].select.asn:", "plain number"]),
        (HEAD + "  - select: {}\n    relationship: peer\n", [":5: neighbours[0].select:", "at least 1"]),
        (HEAD + "  - relationship: peer\n", ["select is missing"]),
        (HEAD + "  - select: {asn: 64501}\n    relationship: peer\n    max_prefx: 3\n", ["max_prefx", "did you mean max_prefix"]),
        (
            HEAD + "  - select: {asn: 64501}\n    relationship: peer\n    prefixes: [192.0.2.1/24]\n",
            [":7: neighbours[0].prefixes[0]:", "host bits"],
        ),
        (
            HEAD + "  - select: {asn: 1}\n    relationship: customer\n    prefixes: [{prefix: 192.0.2.0/24, le: 40}]\n",
            ["le:", "between 24 and 32"],
        ),
        (HEAD + "  - select: {address: 192.0.2.300}\n    relationship: peer\n", ["192.0.2.300", "not an address"]),
        (HEAD + "  - select: {asn: 64501}\n    relationship: peer\n    stub: true\n", ["only a customer"]),
        (HEAD + "  - &a\n    select: *a\n    relationship: peer\n", ["itself"]),
    ],
)
def test_errors_name_place_and_what_is_allowed(text: str, parts: list[str], tmp_path: Path) -> None:
    message = error_of(text, tmp_path)
    assert "manrs.yml" in message
    for part in parts:
        assert part in message


def test_missing_file_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load_intent(tmp_path / "none.yml")


def test_every_problem_is_reported_at_once(tmp_path: Path) -> None:
    message = error_of(having(asns=[0], prefixes=["x"]), tmp_path)
    assert "asns[0]" in message and "prefixes[0]" in message


def entry(relationship: str = "peer", **select: Any) -> dict[str, Any]:
    return {"select": select, "relationship": relationship}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (entry(asn=64501), entry("provider", asn=64501)),
        (entry(address="2001:db8::1"), entry(address="2001:0db8:0::1")),
        (entry(device="edge*", asn=64501), entry(device="*1", asn=64501)),
        (entry(group="CUST-*"), entry(group="*-V6")),
    ],
)
def test_ties_are_refused(first: dict[str, Any], second: dict[str, Any], tmp_path: Path) -> None:
    assert "as specific as neighbours[0]" in error_of(having(neighbours=[first, second]), tmp_path)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (entry(asn=64501, family="ipv4-unicast"), entry(asn=64501, family="ipv6-unicast")),
        (entry(asn=64501), entry(asn=64501, vrf="X")),
        (entry(device="edge*", asn=64501), entry(device="core*", asn=64501)),
        (entry(address="192.0.2.0/24"), entry(address="192.0.2.0/25")),
        (entry(group="A"), entry(asn=64501)),
    ],
)
def test_more_specific_entries_are_no_ties(first: dict[str, Any], second: dict[str, Any]) -> None:
    assert len(load_intent(having(neighbours=[first, second])).neighbours) == 2


def test_two_meanings_of_one_community_are_refused(tmp_path: Path) -> None:
    assert "already means customer" in error_of(having(tagging={"customer": "64500:1", "peer": "64500:1"}), tmp_path)


def test_a_community_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    assert "at most 65535" in error_of(having(tagging={"customer": "70000:1"}), tmp_path)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"exclude": ["198.51.100.1/24"]}, "neighbours[0].exclude[0]: '198.51.100.1/24' is not a prefix"),
        ({"exclude": ["198.51.100.0/24"], "blackhole": ["64500:666"]}, "cannot stand beside `blackhole`"),
        ({"prefixes": ["198.51.100.0/24"], "more_specifics_v4": 28}, "pinned prefixes say their lengths themselves"),
        ({"more_specifics_v4": 33}, "more_specifics_v4: 33 is out of range"),
    ],
)
def test_what_is_authorised_is_adjusted_without_contradiction(changes: dict[str, Any], words: str, tmp_path: Path) -> None:
    assert words in error_of(neighbour(**changes), tmp_path)
    found = load_intent(neighbour(exclude=["198.51.100.0/24"], more_specifics_v4=24)).neighbours[0]
    assert (found.exclude, found.more_specifics_v4, found.more_specifics_v6) == (("198.51.100.0/24",), 24, None)


def test_caches_have_an_address_and_a_port() -> None:
    given = having(rpki_caches=[{"address": "2001:DB8::9"}, {"address": "192.0.2.9", "port": 3323, "device": "edge*"}])
    assert load_intent(given).rpki_caches == (Cache("2001:db8::9"), Cache("192.0.2.9", 3323, "edge*"))


def test_a_cache_without_a_real_address_is_named(tmp_path: Path) -> None:
    message = error_of(having(rpki_caches=[{"address": "192.0.2.300"}]), tmp_path)
    assert "rpki_caches[0].address" in message and "192.0.2.300" in message
