"""in-toto statement with a test-result predicate (in-toto attestation framework, test-result v0.1). Derived, never authoritative."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .canonical import document
from .compare import Row

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://in-toto.io/attestation/test-result/v0.1"
RULES = ("data/policy/intent.yml", "data/policy/waivers.yml", "data/policy/norm.json", "data/policy/checks.json", "data/scope.json")


def statement(run: Mapping[str, Any], findings: Sequence[Row], digests: Mapping[str, str]) -> bytes:
    """The statement: subjects are the assessed configurations and the results, a test is one check on one device.

    Only a run that passes is `PASSED`. A test that fails anywhere has failed; one that is not answered everywhere is warned of.
    """
    states: dict[str, set[str]] = {}
    for one in findings:
        states.setdefault(f"{one['check']} on {one['device']}", set()).add(one["status"])
    failed = sorted(name for name, found in states.items() if "fail" in found)
    warned = sorted(name for name, found in states.items() if "fail" not in found and found & {"error", "inconclusive"})
    passed = sorted(name for name, found in states.items() if found <= {"pass", "not_applicable"} and "pass" in found)
    tested = [name for name in sorted(digests) if name.startswith("data/devices/") and name.rsplit("/", 1)[1].startswith(TESTED)]
    predicate: dict[str, Any] = {
        "result": {"pass": "PASSED", "overridden": "WARNED"}.get(run["verdict"], "FAILED"),
        "configuration": [_descriptor(name, digests) for name in RULES if name in digests],
        "passedTests": passed,
        "warnedTests": warned,
        "failedTests": failed,
    }
    if run["ci_job"]:
        predicate["url"] = run["ci_job"]
    subject = [_descriptor(name, digests) for name in ("data/results.jsonl", *tested)]
    return document({"_type": STATEMENT, "subject": subject, "predicateType": PREDICATE, "predicate": predicate})


TESTED = ("config.", "excerpts.")


def _descriptor(name: str, digests: Mapping[str, str]) -> dict[str, Any]:
    return {"name": name, "digest": {"sha256": digests[name]}}
