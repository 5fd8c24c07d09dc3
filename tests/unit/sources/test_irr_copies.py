"""Routing registries and the cache: asked together, once, and with copies that are named."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from manrs_conformance.model.intent import Intent, Neighbour, Organisation, Selector
from manrs_conformance.model.reference import Reference
from manrs_conformance.sources._http import HttpClient
from manrs_conformance.sources.reference import load

from .test_irr import irrd

CUSTOMERS = 300
SETS = {f"iAS-C{n}": f"AS{65600 + n} AS-D{n}" for n in range(CUSTOMERS)} | {
    f"iAS-D{n}": f"AS{66600 + n} AS-C{n}" for n in range(CUSTOMERS)
}
ROUTES = {f"gAS{start + n}": f"185.{start // 1000 % 256}.{n % 256}.0/24" for start in (65600, 66600) for n in range(CUSTOMERS)}
NOW = datetime.datetime(2026, 11, 24, 5, 30, tzinfo=datetime.UTC)
AS_OF = "2026-11-24T06:00:00Z"


def intent() -> Intent:
    some = tuple(Neighbour(Selector(asn=65600 + n), "customer", as_set=f"AS-C{n}") for n in range(CUSTOMERS))
    return Intent(Organisation("Example"), (64500,), (), some)


def asked(port: int, cache: Path | None, hours: float = 0, **more: bool) -> tuple[Reference, HttpClient, list[str]]:
    seen: list[str] = []
    at = NOW + datetime.timedelta(hours=hours)
    client = HttpClient(cache=cache, clock=lambda: at, progress=seen.append, **more)
    return load({"irr": {"servers": f"127.0.0.1:{port}", "timeout": "5"}}, AS_OF, intent=intent(), client=client), client, seen


def allowed(reference: Reference) -> int:
    return sum(len(one.v4) for one in reference.authorised.values() if not one.problem)


def test_300_customers_are_asked_together_and_not_again(tmp_path: Path) -> None:
    log: list[str] = []
    with irrd(SETS | ROUTES, log) as port:
        first, client, seen = asked(port, tmp_path)
        assert first.problem("irr") is None and allowed(first) == 2 * CUSTOMERS
        connections = log.count("!")
        assert connections <= 25, "a few connections, not some for each customer"
        assert len(seen) == client.requests > 30, "each batch is shown"
        log.clear()
        second, client, seen = asked(port, tmp_path, 0.3)
        assert (log, client.requests, seen) == ([], 0, [])
    assert second.authorised == first.authorised
    (used,) = [one for one in second.provenance if one.source == "irr"]
    assert used.note == "copy of 2026-11-24T05:30:00Z used" and used.retrieved_at == "2026-11-24T05:30:00Z"


@pytest.mark.parametrize(
    ("hours", "more", "part"),
    [
        (1, {"refresh": True}, "older copy of 2026-11-24T05:30:00Z used: 127.0.0.1:"),
        (1, {"offline": True}, "copy of 2026-11-24T05:30:00Z used"),
    ],
)
def test_a_young_copy_stands_in_and_is_named(tmp_path: Path, hours: float, more: dict[str, bool], part: str) -> None:
    with irrd(SETS | ROUTES, []) as port:
        first, _client, _seen = asked(port, tmp_path)
    later, _client, _seen = asked(port, tmp_path, hours, **more)
    assert later.problem("irr") is None and later.authorised == first.authorised
    (used,) = [one for one in later.provenance if one.source == "irr"]
    assert part in used.note


@pytest.mark.parametrize(("hours", "more"), [(25, {}), (25, {"offline": True}), (25, {"refresh": True})])
def test_an_old_copy_does_not(tmp_path: Path, hours: float, more: dict[str, bool]) -> None:
    with irrd(SETS | ROUTES, []) as port:
        asked(port, tmp_path)
    later, _client, _seen = asked(port, tmp_path, hours, **more)
    assert later.problem("irr") and allowed(later) == 0 and all(one.problem for one in later.authorised.values())


def test_a_damaged_copy_is_asked_for_again(tmp_path: Path) -> None:
    log: list[str] = []
    with irrd(SETS | ROUTES, log) as port:
        asked(port, tmp_path)
        (file,) = tmp_path.glob("*.irr")
        for text in ("{", '{"gAS1": 3}', '{"gAS1": ["yesterday", ""]}', "[]"):
            file.write_text(text)
            log.clear()
            found, _client, _seen = asked(port, tmp_path, 0.1)
            assert log and allowed(found) == 2 * CUSTOMERS
            file.write_text(text)


def test_without_a_cache_an_audit_asks_each_time(tmp_path: Path) -> None:
    log: list[str] = []
    with irrd(SETS | ROUTES, log) as port:
        for _run in range(2):
            log.clear()
            found = load({"irr": {"servers": f"127.0.0.1:{port}", "timeout": "5"}}, AS_OF, intent=intent())
            assert log and allowed(found) == 2 * CUSTOMERS
