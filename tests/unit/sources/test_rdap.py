"""The shapes in which the five regional registries answer: contacts at the top or nested, cards with or without mail, block records."""

from __future__ import annotations

import json
from typing import Any

import pytest
from manrs_conformance.sources import rdap
from manrs_conformance.sources._wanted import Wanted
from manrs_conformance.sources._web import Tape

BOOT = {"version": "1.0", "services": [[["64496-64511"], ["http://plain.example.net", "https://rdap.example.net"]]]}


def card(name: str, *, mail: str = "", phone: str = "", uri: bool = False) -> list[Any]:
    lines: list[Any] = [
        ["version", {}, "text", "4.0"],
        ["fn", {}, "text", name],
        ["adr", {"label": "1 Road"}, "text", ["", "", "", "", "", "", ""]],
    ]
    lines += [["email", {}, "text", mail]] if mail else []
    lines += [["tel", {"type": ["work", "voice"]}, "uri" if uri else "text", f"tel:{phone}" if uri else phone]] if phone else []
    return ["vcard", lines]


def entity(roles: list[str], handle: str, vcard: list[Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"objectClassName": "entity", "handle": handle, "roles": roles, **({"vcardArray": vcard} if vcard else {}), **more}


NOC = card("Network Operations", mail="noc@example.net", phone="+1-555-0100")
SHAPES: dict[str, list[dict[str, Any]]] = {
    "arin": [
        entity(
            ["registrant"],
            "EX-1",
            card("Example"),
            entities=[
                entity(["noc", "technical"], "NOC1-ARIN", NOC, remarks=[{"title": "Unvalidated POC", "description": ["x"]}]),
                entity(["abuse"], "ABU1-ARIN", card("Abuse", mail="abuse@example.net")),
            ],
        )
    ],
    "ripe": [
        entity(["administrative", "technical"], "EX1-RIPE", NOC),
        entity(["registrant"], "EXAMPLE-MNT"),
        entity(
            ["abuse"], "AR1-RIPE", card("Abuse", mail="abuse@example.net"), entities=[entity(["administrative"], "EX1-RIPE", NOC)]
        ),
    ],
    "apnic": [
        entity(["abuse"], "IRT-EXAMPLE-AP", card("IRT-EXAMPLE-AP", mail="abuse@example.net")),
        entity(
            ["technical", "administrative"], "EX1-AP", card("Example NOC", mail="noc@example.net", phone="+1-555-0100", uri=True)
        ),
    ],
    "lacnic": [
        entity(
            ["registrant"], "BR-EX-LACNIC", card("Example"), publicIds=[{"type": "id", "identifier": "1"}], legalRepresentative="X"
        ),
        entity(["administrative"], "EX1", NOC, events=[{"eventAction": "last changed", "eventDate": "2026-01-01T00:00:00Z"}]),
        entity(["abuse"], "EX2", card("Abuse", mail="abuse@example.net")),
    ],
    "afrinic": [
        entity(["technical", "administrative"], "EX1-AFRINIC", NOC),
        entity(["abuse"], "AB1-AFRINIC", card("Abuse", mail="abuse@example.net")),
    ],
}


def ask(body: Any) -> Any:
    answers = {"bootstrap/asn.json": {"body": BOOT}, "autnum/64500": {"body": body}}
    raw = json.dumps({"retrieved_at": "2026-11-24T05:00:00Z", "answers": answers}).encode()
    return rdap.read(Tape.read(raw), Wanted(asns=(64500,)))["AS64500"]


@pytest.mark.parametrize("registry", SHAPES)
def test_operations_and_abuse_contacts_are_found(registry: str) -> None:
    held = ask({"handle": "AS64500", "startAutnum": 64500, "endAutnum": 64500, "entities": SHAPES[registry]})
    assert held.problem is None and held.registered
    operations = [one for one in held.contacts if {"technical", "noc", "administrative"} & set(one.roles)]
    assert operations and operations[0].emails == ("noc@example.net",) and operations[0].phones == ("+1-555-0100",)
    assert [one.emails for one in held.contacts if "abuse" in one.roles] == [("abuse@example.net",)]


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"handle": "AS64500"},
        {"startAutnum": 1, "endAutnum": 2},
        {"startAutnum": 64500, "endAutnum": 64500, "entities": [1]},
        "text",
    ],
)
def test_what_is_no_record_is_a_problem(body: Any) -> None:
    held = ask(body)
    assert held.problem and not held.registered and not held.contacts


def test_a_block_of_the_registry_is_not_a_network() -> None:
    assert ask({"startAutnum": 64000, "endAutnum": 66000, "entities": SHAPES["ripe"]}).wide


def test_nesting_without_end_is_cut() -> None:
    deep: dict[str, Any] = entity(["technical"], "X")
    for _level in range(50):
        deep = entity(["registrant"], "X", entities=[deep])
    assert len(ask({"startAutnum": 64500, "endAutnum": 64500, "entities": [deep]}).contacts) == rdap.DEPTH


def test_the_most_specific_registry_over_https_is_asked() -> None:
    table = {
        "services": [
            [["192.0.0.0/8"], ["https://wide.example/"]],
            [["192.0.2.0/23"], ["http://a.example/", "https://near.example"]],
        ]
    }
    assert rdap._server(table, "192.0.2.0/24") == "https://near.example/"
    assert rdap._server(table, "198.51.100.0/24") is None
