"""OSCAL export: catalog, profile, assessment plan and aggregated assessment results (NIST OSCAL 1.2.1), in RFC 8785 bytes. Never authoritative.

OSCAL knows only `satisfied` and `not-satisfied`: everything but a requirement that is met is `not-satisfied`, with the true word as reason.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from .canonical import dumps, loads, plain
from .compare import OPEN, Row

VERSION = "1.2.1"
SPACE = uuid.UUID("2f1de1ba-40ec-5a9e-a6c1-2c0a7f2f4d10")
NAMESPACE = "https://routesec.example/ns/manrs"
REASON = {"met": "pass", "not_met": "fail", "inconclusive": "not-assessed", "declared": "declared-only"}
EVIDENCE = {
    "data/results.jsonl": "application/jsonl",
    "data/scope.json": "application/json",
    "data/requirements.json": "application/json",
    "data/run.json": "application/json",
    "data/waivers.json": "application/json",
}
SHOWN = 100
"""Devices that one observation names; the rest are in results.jsonl, and the observation says so."""


def all_of(facts: Mapping[str, Any], findings: Sequence[Row], digests: Mapping[str, str]) -> dict[str, bytes]:
    """The four documents by path below `export/`; `digests` are SHA-256 by path of the files that they point to as evidence."""
    made = _Maker(facts, findings, digests)
    bodies = {
        "catalog": made.catalog(),
        "profile": made.profile(),
        "assessment-plan": made.plan(),
        "assessment-results": made.results(),
    }
    return {f"oscal/{name}.json": dumps(plain({name: body})) for name, body in bodies.items()}


def _line(text: object, otherwise: str = "none") -> str:
    return " ".join(str(text).split()) or otherwise


class _Maker:
    """The documents of one run; identifiers depend on the run and on names only."""

    def __init__(self, facts: Mapping[str, Any], findings: Sequence[Row], digests: Mapping[str, str]) -> None:
        self.run, self.scope = facts["run"], facts["scope"]
        self.norm = facts["requirements"]["norm"]
        self.requirements = facts["requirements"]["requirements"]
        self.actions = facts["requirements"]["actions"]
        self.waivers = {one["id"]: one for one in facts["waivers"]["known"]}
        self.findings = findings
        self.digests = {name: digests[name] for name in EVIDENCE if name in digests}

    def id(self, *words: str) -> str:
        return str(uuid.uuid5(SPACE, "\0".join((self.run["run_id"], *words))))

    def metadata(self, title: str) -> dict[str, Any]:
        return {
            "title": _line(f"{title}: {self.run['organisation']}" if self.run["organisation"] else title),
            "last-modified": self.run["as_of"],
            "version": self.norm,
            "oscal-version": VERSION,
        }

    def catalog(self) -> dict[str, Any]:
        titles = {one["action"]: one["title"] for one in self.actions}
        groups: dict[str, list[Any]] = {}
        for one in self.requirements:
            objective = {"id": _objective(one), "name": "assessment-objective", "prose": _line(one["title"])}
            props = [_prop(name, one[name]) for name in ("kind", "phase") if one[name]]
            control = {"id": _control(one), "title": _line(one["title"]), "props": props, "parts": [objective]}
            groups.setdefault(one["action"], []).append(control)
        made = [
            {"id": name.lower(), "title": _line(titles.get(name, name)), "controls": controls} for name, controls in groups.items()
        ]
        head = {"uuid": self.id("catalog"), "metadata": self.metadata("MANRS requirements")}
        return head | ({"groups": made} if made else {})

    def profile(self) -> dict[str, Any]:
        return {
            "uuid": self.id("profile"),
            "metadata": self.metadata("MANRS requirements that were assessed"),
            "imports": [{"href": "catalog.json", "include-all": {}}],
            "merge": {"as-is": True},
        }

    def plan(self) -> dict[str, Any]:
        system = {
            "uuid": self.id("system"),
            "title": "Description of the network",
            "description": "The operator's intent file states networks, neighbours and their relationships.",
            "rlinks": [{"href": "../../policy/intent.yml", "media-type": "application/yaml"}],
        }
        return {
            "uuid": self.id("plan"),
            "metadata": self.metadata("Assessment plan"),
            "import-ssp": {"href": f"#{self.id('system')}"},
            "reviewed-controls": {"control-selections": [{"include-all": {}}]},
            "assessment-subjects": [{"type": "inventory-item", "include-all": {}}],
            "back-matter": {"resources": [system]},
        }

    def results(self) -> dict[str, Any]:
        observations = [self._observation(check, rows) for check, rows in self._by_check().items()]
        found = [self._finding(one) for one in self.requirements if one["verdict"] != "not_applicable"]
        risks = [self._risk(waiver, rows) for waiver, rows in self._by_waiver().items()]
        result: dict[str, Any] = {
            "uuid": self.id("result"),
            "title": f"MANRS audit, verdict {self.run['verdict']}",
            "description": self._description(),
            "start": self.run["as_of"],
            "end": self.run["as_of"],
            "props": [_prop("verdict", self.run["verdict"])],
            "local-definitions": {"inventory-items": [self._item(one) for one in self.scope["devices"]]},
            "reviewed-controls": {"control-selections": [{"include-all": {}}]},
            "observations": observations,
            "risks": risks,
            "findings": found,
        }
        if not self.scope["devices"]:
            del result["local-definitions"]
        result = {name: value for name, value in result.items() if value != []}
        return {
            "uuid": self.id("results"),
            "metadata": self.metadata("Assessment results"),
            "import-ap": {"href": "assessment-plan.json"},
            "results": [result],
            "back-matter": {"resources": [self._resource(name) for name in self.digests]},
        }

    def _description(self) -> str:
        counts, left = self.scope["counts"], [one for one in self.requirements if one["verdict"] == "not_applicable"]
        text = (
            f"{self.scope['expected']} devices expected = {counts['assessed']} assessed + {counts['partial']} partly assessed"
            f" + {counts['unreachable']} unreachable + {counts['excluded']} excluded."
        )
        if self.run["verdict_because"]:
            text = f"{_line(self.run['verdict_because'])}: this proves no conformance. {text}"
        names = ", ".join(one["requirement"] for one in left)
        return text + (f" Not applicable, and so without a finding: {names}." if left else "")

    def _by_check(self) -> dict[str, list[Row]]:
        out: dict[str, list[Row]] = {}
        for one in self.findings:
            out.setdefault(one["check"], []).append(one)
        return dict(sorted(out.items()))

    def _by_waiver(self) -> dict[str, list[Row]]:
        out: dict[str, list[Row]] = {}
        for one in self.findings:
            if one["waived_by"]:
                out.setdefault(one["waived_by"], []).append(one)
        return dict(sorted(out.items()))

    def _item(self, one: Mapping[str, Any]) -> dict[str, Any]:
        props = [_prop("status", one["status"])] + ([_prop("platform", one["platform"])] if one["platform"] else [])
        reason = f": {_line(one['reason'])}" if one["reason"] else ""
        return {"uuid": self.id("device", one["name"]), "description": _line(one["name"]) + reason, "props": props}

    def _observation(self, check: str, rows: Sequence[Row]) -> dict[str, Any]:
        states = Counter(one["status"] for one in rows)
        known = {one["name"] for one in self.scope["devices"]}
        devices = sorted({one["device"] for one in rows if one["status"] in OPEN} & known)
        made: dict[str, Any] = {
            "uuid": self.id("observation", check),
            "title": f"Check {check}",
            "description": ", ".join(f"{count} {state}" for state, count in sorted(states.items())),
            "props": [
                _prop("check", check),
                *(_prop(f"count-{state.replace('_', '-')}", count) for state, count in sorted(states.items())),
            ],
            "methods": ["TEST"],
            "subjects": [{"subject-uuid": self.id("device", name), "type": "inventory-item"} for name in devices[:SHOWN]],
            "relevant-evidence": [
                {"href": f"#{self.id('evidence', 'data/results.jsonl')}", "description": f"Lines of check {check}"}
            ],
            "collected": self.run["as_of"],
        }
        if len(devices) > SHOWN:
            made["remarks"] = f"{len(devices)} devices have open results; the first {SHOWN} are named, all are in results.jsonl."
        if not made["subjects"]:
            del made["subjects"]
        return made

    def _finding(self, one: Mapping[str, Any]) -> dict[str, Any]:
        by = {row["fingerprint"]: row for row in self.findings}
        deciding = [by[name] for name in one["decided_by"] if name in by]
        failing = [row for row in deciding if row["status"] == "fail"]
        reason = REASON[one["verdict"]]
        if reason == "fail" and failing and all(row["waived_by"] for row in failing):
            reason = "waived"
        checks = sorted({row["check"] for row in deciding})
        waivers = sorted({row["waived_by"] for row in deciding if row["waived_by"]})
        made: dict[str, Any] = {
            "uuid": self.id("finding", one["requirement"]),
            "title": _line(f"{one['requirement']} {one['title']}"),
            "description": _line(one["because"], "established"),
            "props": [_prop("method", method) for method in one["methods"]],
            "target": {
                "type": "objective-id",
                "target-id": _objective(one),
                "status": {"state": "satisfied" if one["verdict"] == "met" else "not-satisfied", "reason": reason},
            },
            "related-observations": [{"observation-uuid": self.id("observation", check)} for check in checks],
            "related-risks": [{"risk-uuid": self.id("risk", waiver)} for waiver in waivers],
        }
        return {name: value for name, value in made.items() if value != []}

    def _risk(self, waiver: str, rows: Sequence[Row]) -> dict[str, Any]:
        held = self.waivers.get(waiver, {})
        made = {
            "uuid": self.id("risk", waiver),
            "title": f"Accepted for a while: waiver {waiver}",
            "description": f"{len(rows)} failing results are covered by this waiver",
            "statement": _line(held.get("reason", ""), "no reason recorded"),
            "status": "deviation-approved",
            "props": [_prop(name, _line(held[name])) for name in ("owner", "approver", "ticket") if held.get(name)],
        }
        if held.get("expires"):
            made["deadline"] = held["expires"]
        return {name: value for name, value in made.items() if value != []}

    def _resource(self, name: str) -> dict[str, Any]:
        link = {
            "href": "../../" + name.removeprefix("data/"),
            "media-type": EVIDENCE[name],
            "hashes": [{"algorithm": "SHA-256", "value": self.digests[name]}],
        }
        return {"uuid": self.id("evidence", name), "title": name, "rlinks": [link]}


def _prop(name: str, value: object) -> dict[str, str]:
    return {"name": name, "ns": NAMESPACE, "value": str(value)}


def _control(one: Mapping[str, Any]) -> str:
    return str(one["requirement"]).lower()


def _objective(one: Mapping[str, Any]) -> str:
    return f"{_control(one)}_obj"


def problems(files: Mapping[str, bytes], entries: Mapping[str, str]) -> list[str]:
    """What no OSCAL schema checks: identifiers that lead nowhere, evidence with another digest, and results over nothing."""
    catalog, results = (loads(files[name])[name] for name in ("catalog", "assessment-results"))
    objectives = {part["id"] for group in catalog.get("groups", ()) for one in group["controls"] for part in one["parts"]}
    out: list[str] = []
    result = results["results"][0]
    resources = {one["uuid"]: one for one in results["back-matter"]["resources"]}
    for resource in resources.values():
        for link in resource["rlinks"]:
            name = "data/" + link["href"].removeprefix("../../")
            if entries.get(name) != link["hashes"][0]["value"]:
                out.append(f"OSCAL: digest of {name} is not that of the manifest")
    observed = {one["uuid"] for one in result.get("observations", ())}
    items = {one["uuid"] for one in result.get("local-definitions", {}).get("inventory-items", ())}
    used = [one["href"].removeprefix("#") for o in result.get("observations", ()) for one in o["relevant-evidence"]]
    subjects = [one["subject-uuid"] for o in result.get("observations", ()) for one in o.get("subjects", ())]
    related = [one["observation-uuid"] for f in result.get("findings", ()) for one in f.get("related-observations", ())]
    risks = [one["risk-uuid"] for f in result.get("findings", ()) for one in f.get("related-risks", ())]
    known = {one["uuid"] for one in result.get("risks", ())}
    for names, held, what in (
        (used, set(resources), "evidence"),
        (subjects, items, "subject"),
        (related, observed, "observation"),
        (risks, known, "risk"),
        ([one["target"]["target-id"] for one in result.get("findings", ())], objectives, "objective"),
    ):
        out += [f"OSCAL: {what} {name} is not there" for name in sorted(set(names) - held)]
    return out
