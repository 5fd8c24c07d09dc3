"""Live web sources against a real server: the same values as from their recording, and honest when something fails."""

from __future__ import annotations

import datetime
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from manrs_conformance import checks
from manrs_conformance.model.intent import Intent
from manrs_conformance.model.reference import Reference
from manrs_conformance.model.result import Finding
from manrs_conformance.sources._http import HttpClient
from manrs_conformance.sources.intent import load_intent
from manrs_conformance.sources.reference import INDEX, WEB, load, write

from .web_server import Server, good, serving, status

WORLD = Path(__file__).parents[1] / "checks" / "public" / "world"
AS_OF = "2026-11-24T06:00:00Z"
NOW = datetime.datetime(2026, 11, 24, 5, 30, tzinfo=datetime.UTC)


@pytest.fixture
def world() -> Iterator[Server]:
    with serving() as server:
        for source in WEB:
            for query, entry in json.loads((WORLD / f"{source}.json").read_text(encoding="utf-8"))["answers"].items():
                server.pages[path(source, query)] = good(here(entry["body"], server.url))
        yield server


def path(source: str, query: str) -> str:
    """Where the real source is asked for what the recording calls by a short name."""
    call, _, resource = query.partition("?resource=")
    if source == "ripestat":
        since = "&starttime=2026-08-24" if call == "routing-history" else ""
        return f"/ripestat/{call}/data.json?resource={resource}{since}&sourceapp=routesec-manrs"
    if source == "grip":
        return f"/grip/{query}&event_type=all&ts_start=2026-08-24T00:00&ts_end=2026-11-25T00:00&length=1000"
    if source == "spoofer" and query.startswith("sessions?"):
        return f"/{query}&itemsPerPage=100&timestamp%5Bafter%5D=2025-11-24&order%5Btimestamp%5D=desc"
    if query.startswith("bootstrap/"):
        return f"/rdap/{query.removeprefix('bootstrap/')}"
    return query if query.startswith("/") else f"/{source}/{query}"


def here(body: Any, url: str) -> Any:
    """The body with this server in place of the registry's."""
    return json.loads(json.dumps(body).replace("https://rdap.example.net/", f"{url}rdap/"))


def settings(world: Server) -> dict[str, dict[str, str]]:
    bases = {source: {"url": f"{world.url}{source}/"} for source in WEB} | {"spoofer": {"url": world.url}}
    return {**bases, "vrps": {"file": "vrps.json"}, "irr": {"file": "irr.json"}}


def ask(world: Server, cache: Path | None = None, at: datetime.datetime = NOW, **more: bool) -> tuple[Reference, HttpClient]:
    client = HttpClient(cache=cache, sleep=lambda _seconds: None, clock=lambda: at, **more)
    return load(settings(world), AS_OF, intent=intent(), base=WORLD, client=client), client


def intent() -> Intent:
    return load_intent(WORLD / "manrs.yml")


def answers(reference: Reference) -> list[tuple[str, ...]]:
    found = checks.run_all({}, {}, intent(), reference)
    return [
        (one.check, one.subject, one.status.value, one.message.replace(" (new since the earlier snapshot)", "")) for one in found
    ]


def judged(reference: Reference) -> tuple[Finding, ...]:
    return checks.run_all({}, {}, intent(), reference)


def test_live_says_what_the_recording_says(world: Server) -> None:
    live, client = ask(world)
    recorded = load(WORLD, AS_OF, intent=intent())
    assert [one.problem for one in live.provenance] == [None] * len(live.provenance)
    assert answers(live) == answers(replace(recorded, earlier=live.earlier))
    assert client.requests == len(world.asked) == len(set(world.paths()))


def test_what_was_asked_is_written_and_read_again_byte_for_byte(world: Server, tmp_path: Path) -> None:
    live, _ = ask(world)
    files = write(live.provenance, live.raw, tmp_path)
    assert {one.name for one in files} >= {f"{source}.json" for source in WEB} | {INDEX}
    again = load(tmp_path, AS_OF, intent=intent())
    assert judged(again) == judged(live)
    assert again.raw == live.raw


@pytest.mark.parametrize("source", list(WEB))
@pytest.mark.parametrize("code", [429, 500, 403])
def test_a_failing_source_is_a_problem_live_and_replayed(world: Server, source: str, code: int, tmp_path: Path) -> None:
    for name in list(world.pages):
        if name.startswith(f"/{source}/") or (source == "spoofer" and "sessions" in name):
            world.pages[name] = status(code)
    live, _ = ask(world)
    assert str(code) in (live.problem(source) or "")
    write(live.provenance, live.raw, tmp_path)
    again = load(tmp_path, AS_OF, intent=intent())
    assert again.problem(source) == live.problem(source)
    assert judged(again) == judged(live)


def test_one_failing_question_does_not_taint_the_others(world: Server) -> None:
    world.pages["/rdap/ip/192.0.2.0/24"] = status(500)
    live, _ = ask(world)
    assert live.problem("rdap") is None
    assert {one.subject: one.status.value for one in judged(live) if one.check == "CON-01"} == {
        "192.0.2.0/24": "inconclusive",
        "2001:db8::/32": "pass",
        "AS64500": "pass",
    }


def test_a_second_run_within_max_age_makes_no_request(world: Server, tmp_path: Path) -> None:
    first, _ = ask(world, tmp_path)
    world.pages.clear()
    second, client = ask(world, tmp_path, NOW + datetime.timedelta(minutes=20))
    assert client.requests == 0
    assert answers(second) == answers(first)
    assert all("copy of 2026-11-24T05:30:00Z" in one.note for one in second.provenance if one.source in WEB)


def test_refreshing_while_a_source_is_down_uses_the_copy_and_says_so(world: Server, tmp_path: Path) -> None:
    first, _ = ask(world, tmp_path)
    for name in list(world.pages):
        world.pages[name] = status(503)
    later, _ = ask(world, tmp_path, NOW + datetime.timedelta(minutes=20), refresh=True)
    assert answers(later) == answers(first)
    assert "".join(one.note for one in first.provenance) == ""
    for one in later.provenance:
        if one.source in WEB:
            assert "older copy of 2026-11-24T05:30:00Z used" in one.note and "503" in one.note


def test_offline_without_copies_everything_is_inconclusive(world: Server, tmp_path: Path) -> None:
    reference, client = ask(world, tmp_path, offline=True)
    assert client.requests == 0
    for source in WEB:
        assert "offline" in (reference.problem(source) or "")
    rest = {"ROA", "IRR", "ASPA"}
    states = {one.status.value for one in judged(reference) if one.check.partition("-")[0] not in rest}
    assert states == {"inconclusive"}


def test_the_key_of_peeringdb_comes_from_the_environment(world: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEERINGDB_API_KEY", "s3cret")
    live, _ = ask(world)
    sent = {name: headers.get("Authorization") for name, headers in world.asked}
    assert sent["/peeringdb/net?asn=64500&depth=2"] == "Api-Key s3cret"
    assert {one for name, one in sent.items() if not name.startswith("/peeringdb/")} == {None}
    assert live.peeringdb is not None and live.peeringdb[64500].complete
    assert not any(b"s3cret" in raw for raw in live.raw.values())


def test_pages_of_another_host_are_asked_of_the_source(world: Server) -> None:
    first = json.loads((WORLD / "spoofer.json").read_text(encoding="utf-8"))["answers"]["sessions?asn4=64500"]["body"]
    first["hydra:view"]["hydra:next"] = "http://attacker.example/sessions?asn4=64500&page=2"
    world.pages[path("spoofer", "sessions?asn4=64500")] = good(first)
    live, _ = ask(world)
    assert live.spoofer is not None and len(live.spoofer[64500].tests) == 4


def test_pages_without_end_are_given_up(world: Server) -> None:
    endless = {"hydra:member": [], "hydra:totalItems": 1, "hydra:view": {"hydra:next": "/sessions?asn4=64500&page=2"}}
    world.pages["/sessions?asn4=64500&page=2"] = good(endless)
    live, _ = ask(world)
    assert "names itself" in (live.problem("spoofer") or "")


def test_hundreds_of_customers_are_asked_together(world: Server, tmp_path: Path) -> None:
    """300 customers: several at a time, and nothing the second time."""
    asns = range(131072, 131372)
    for asn in asns:
        world.pages[path("ripestat", f"announced-prefixes?resource=AS{asn}")] = good(
            {"status": "ok", "data": {"resource": str(asn), "prefixes": []}}
        )
    shutil.copytree(WORLD, tmp_path / "world")
    text = (tmp_path / "world" / "manrs.yml").read_text(encoding="utf-8")
    more = "".join(f"  - {{select: {{asn: {asn}}}, relationship: customer, prefixes: [198.18.0.0/24]}}\n" for asn in asns)
    (tmp_path / "world" / "manrs.yml").write_text(text.replace("never_customers", f"{more}never_customers"), encoding="utf-8")
    given = load_intent(tmp_path / "world" / "manrs.yml")
    only = {"ripestat": settings(world)["ripestat"]}
    for expected in (308, 0):
        seen: list[str] = []
        client = HttpClient(cache=tmp_path / "cache", clock=lambda: NOW, progress=seen.append)
        reference = load(only, AS_OF, intent=given, client=client)
        assert reference.problem("ripestat") is None and len(reference.ripestat or ()) == 303
        assert client.requests == expected and len(seen) == 308
    assert world.most > 1
