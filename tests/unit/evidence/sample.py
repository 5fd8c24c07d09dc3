"""A small audit with all that a bundle must carry or must not show; as a program it builds the bundle that its argument names."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import Any

from manrs_conformance.evidence import RunInfo, build
from manrs_conformance.model.policy import Attachment, Rpki, Verdict
from manrs_conformance.model.reference import Bogons, Provenance, Reference
from manrs_conformance.model.result import (
    AuditReport,
    DeviceScope,
    Finding,
    Line,
    Met,
    Packet,
    RequirementResult,
    Severity,
    Status,
    Witness,
)
from manrs_conformance.model.route import Route, TraceStep
from manrs_conformance.model.router import Router, Secret, Session, Taint, Unread
from manrs_conformance.model.snapshot import Snapshot

SECRETS = ("Sup3rS3cret!", "k9-Xy77", "hunter", "$1$abcd$0123456789abcdefghijkl")
CONFIG = """frr version 8.4.4
hostname edge1
password hunter
enable secret $1$abcd$0123456789abcdefghijkl
!
router bgp 64500
 neighbor 192.0.2.1 remote-as 64501
 neighbor 192.0.2.1 password Sup3rS3cret!
 neighbor 192.0.2.1 description was Sup3rS3cret! once
 neighbor 192.0.2.5 password k9-Xy77
!
route-map CUST-IN permit 10
 match quantum-state entangled
 set colour k9-Xy77
!
snmp-server community Other5ecretHere
frobnicate everything now
end
"""
STATES = "uiuuiuuuuuiussii?u"
KEY = b"0123456789abcdef0123456789abcdef"
INTENT = b"organisation: Example Net\nasns: [64500]\n"
RAW = b"192.0.2.0/24 24 64501\n"
SHA = hashlib.sha256(RAW).hexdigest()
RUN = RunInfo(
    run_id="00000000-0000-4000-8000-000000000001",
    as_of="2026-01-02T03:04:05Z",
    tool_version="0.1.0",
    started_at="2026-01-02T03:04:00Z",
    finished_at="2026-01-02T03:04:09Z",
    organisation="Example Net",
    asns=(64500,),
    contact="noc@example.net",
    user="audit",
    host="controller.example.net",
    scope_source="inventory/example",
)


def _secret(line: int, value: str) -> Secret:
    start = CONFIG.splitlines()[line - 1].index(value)
    return Secret(line, start, start + len(value))


def router() -> Router:
    """The model of the sample configuration, with only what a bundle reads."""
    sessions = tuple(
        Session(
            address,
            "ipv4-unicast",
            64501,
            "ebgp",
            64500,
            Attachment("import", (), Verdict.REJECT),
            Attachment("export", (), Verdict.REJECT),
        )
        for address in ("192.0.2.1", "192.0.2.5")
    )
    unread = (
        Unread(13, "match quantum-state entangled", "unsupported", Taint("policy", "CUST-IN")),
        Unread(14, "set colour k9-Xy77", "unsupported", Taint("policy", "CUST-IN")),
        Unread(17, "frobnicate everything now", "unrecognised", Taint("router")),
    )
    secrets = (_secret(3, SECRETS[2]), _secret(4, SECRETS[3]), _secret(8, SECRETS[0]), _secret(10, SECRETS[1]))
    return Router("frr", "edge1", "8.4.4", 64500, sessions=sessions, unread=unread, line_states=STATES, secrets=secrets)


def snapshot(**changes: Any) -> Snapshot:
    """The sample device as collected."""
    values: dict[str, Any] = {
        "host": "edge1",
        "platform": "frr",
        "config": CONFIG,
        "collected_at": "2026-01-02T03:04:01Z",
        "state": {"bgp_summary": "192.0.2.1 up, md5 Sup3rS3cret! seen\n"},
        "transport": "ssh",
        "address": "192.0.2.100",
        "verified": True,
        "device_clock": "2026-01-02T03:04:03Z",
    }
    return Snapshot(**{**values, **changes})


def findings() -> tuple[Finding, ...]:
    """A fail with a route, a fail with a packet that is waived, a doubt about an unread line, a pass and an error."""
    route = Route("10.0.0.0/8", (64501, (64502, 64503)), frozenset({"64500:1", "64500:2"}), rpki=Rpki.NOT_FOUND)
    trace = (
        TraceStep(12, "route-map CUST-IN permit 10", "accept", "CUST-IN", "10"),
        TraceStep(8, " neighbor 192.0.2.1 password Sup3rS3cret!", "seen"),
    )
    one = "default/192.0.2.1/ipv4-unicast"
    return (
        Finding(
            "BOG-01",
            "edge1",
            one,
            Status.FAIL,
            Severity.HIGH,
            "accepts private address space",
            "ipv4-unicast",
            "import",
            "CUST-IN 10 bogon",
            remedy="put a prefix-list in front",
            witnesses=(Witness(route, trace=trace, learned_from=one, replay="show bgp ipv4 10.0.0.0/8"),),
            lines=(Line(12, "route-map CUST-IN permit 10"), Line(8, "neighbor 192.0.2.1 password Sup3rS3cret!")),
            sources=("bogons",),
            fingerprint="f1",
        ),
        Finding(
            "SAV-01",
            "edge1",
            "interface eth1",
            Status.FAIL,
            Severity.MEDIUM,
            "a spoofed source gets in",
            fingerprint="f2",
            waived_by="W-1",
            witnesses=(Witness(packet=Packet("203.0.113.1", "eth1")),),
        ),
        Finding(
            "POL-01",
            "edge1",
            "default/192.0.2.5/ipv4-unicast",
            Status.INCONCLUSIVE,
            Severity.HIGH,
            "import cannot be judged",
            fingerprint="f3",
            because='line 13 "match quantum-state entangled" and line 14 (set colour k9-Xy77) are not understood',
            lines=(Line(13, " match quantum-state entangled"),),
        ),
        Finding("ROV-01", "edge1", one, Status.PASS, Severity.HIGH, "invalids are rejected", fingerprint="f4"),
        Finding(
            "SCP-01", "edge2", "router", Status.ERROR, Severity.HIGH, "could not be collected", because="timeout", fingerprint="f5"
        ),
    )


def report(**changes: Any) -> AuditReport:
    """The sample audit."""
    requirements = (
        RequirementResult(
            "A1.N1",
            "A1",
            "Prevent wrong routes",
            "compulsory",
            "joining",
            Met.NOT_MET,
            ("router",),
            "edge1 accepts bogons",
            ("f1",),
            ("f4",),
            {"fail": 1},
        ),
        RequirementResult("A2.N1", "A2", "Validate sources", "recommended", "joining", Met.NOT_MET, ("router",), "waived", ("f2",)),
        RequirementResult("A3.N1", "A3", "Contacts", "compulsory", "joining", Met.DECLARED, ("declaration",), "operator says so"),
        RequirementResult(
            "A4I.N1", "A4", "Publish routes", "compulsory", "ongoing", Met.INCONCLUSIVE, ("public_data",), "no RIS data", ("f3",)
        ),
    )
    scope = (
        DeviceScope("edge1", "assessed", "", "frr"),
        DeviceScope("edge2", "unreachable", "timeout", "frr"),
        DeviceScope("lab9", "excluded", "lab"),
    )
    values: dict[str, Any] = {
        "norm": "manrs-netops-2.5.2",
        "as_of": RUN.as_of,
        "scope": scope,
        "findings": findings(),
        "requirements": requirements,
        "verdict": "fail",
    }
    return AuditReport(**{**values, **changes})


def inputs(**changes: Any) -> dict[str, Any]:
    """Arguments of `build` but the directory."""
    provenance = (
        Provenance("vrp", "vrps.csv", "2026-01-02T00:00:00Z", SHA, serial="7"),
        Provenance("irr", "whois", "", "", problem="no answer"),
    )
    values: dict[str, Any] = {
        "report": report(),
        "snapshots": {"edge1": snapshot(), "edge2": Snapshot("edge2", "frr", "", error="timeout")},
        "routers": {"edge1": router()},
        "intent_bytes": INTENT,
        "waivers_bytes": b"[]\n",
        "reference": Reference(Bogons((), (), (), (), ""), provenance=provenance, raw={SHA: RAW}),
        "run": RUN,
        "commitment_key": KEY,
    }
    return {**values, **changes}


if __name__ == "__main__":
    print(build(Path(sys.argv[1]), **inputs()).root_sha256)
