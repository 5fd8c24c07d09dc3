"""Pull the network cable: every source fails in every way, and nothing that rests on it passes or becomes an empty filter.

With a copy that is young enough the answers stay, and the run says which copy it used; with one that is too old they do not.
"""

from __future__ import annotations

import datetime
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
from manrs_conformance import checks
from manrs_conformance.model.reference import Reference
from manrs_conformance.model.result import Finding, Met, Status
from manrs_conformance.requirements import norm as norms
from manrs_conformance.requirements.evaluate import evaluate
from manrs_conformance.sources._http import HttpClient
from manrs_conformance.sources.reference import WEB, load
from manrs_conformance.sources.vrp import load_payloads

from .test_web_sources import AS_OF, NOW, WORLD, intent, path, settings, world
from .web_server import Server, cut, good, moved, raw, slow, status

__all__ = ["world"]

NORM = norms.load("manrs-netops-2.5.2")
CLOSED = 1
"""A port that nobody listens on."""
PAGES = {
    "429": status(429),
    "500": status(500),
    "no answer in time": slow(0.5, {}),
    "cut by the connection": cut({"data": [], "status": "ok"}),
    "cut before": raw(b'{"data": [{"asn": 6450'),
    "a page for people": raw(b"<html>down for maintenance</html>"),
    "redirects without end": moved("/loop"),
    "nothing": raw(b""),
    "something else": raw(b'"down"'),
    "an object without anything in it": raw(b"{}"),
}
PLACES = {"nobody listens": f"http://127.0.0.1:{CLOSED}/", "no such name": "http://nowhere.invalid/"}
WAYS = [*PAGES, *PLACES]
SURVIVES = {
    ("RIS-02", "irr"),  # every prefix is declared
    ("CON-03", "peeringdb"),
    ("CON-03", "rdap"),
    ("CON-04", "peeringdb"),
    ("CON-04", "rdap"),
}
"""Checks that another source is enough for."""


def pull(server: Server, source: str, way: str) -> dict[str, dict[str, str]]:
    """Break a source of the world; the settings to ask it with."""
    given = settings(server)
    given["vrps"] = {"url": f"{server.url}vrps.json"}
    server.pages.setdefault("/vrps.json", raw((WORLD / "vrps.json").read_bytes()))
    if way in PLACES:
        given[source]["url"] = PLACES[way]
    elif way in PAGES:
        server.pages["/loop"] = moved("/loop")
        prefix = {"spoofer": "/sessions", "vrps": "/vrps"}.get(source, f"/{source}/")
        for name in [one for one in server.pages if one.startswith(prefix)]:
            server.pages[name] = PAGES[way]
        given[source]["timeout"] = "0.1" if way == "no answer in time" else "5"
    return given


def asked(
    given: dict[str, dict[str, str]], cache: Path | None = None, at: datetime.datetime = NOW, *, refresh: bool = False
) -> Reference:
    client = HttpClient(cache=cache, refresh=refresh, sleep=lambda _seconds: None, clock=lambda: at)
    return load(given, AS_OF, intent=intent(), base=WORLD, client=client)


def judged(reference: Reference) -> tuple[Finding, ...]:
    return checks.run_all({}, {}, intent(), reference)


def rests_on(findings: tuple[Finding, ...], source: str) -> list[Finding]:
    return [
        one
        for one in findings
        if one.status is Status.PASS
        and (one.check, source) not in SURVIVES
        and any(each.split()[0] == source for each in one.sources)
    ]


def nothing_passes(before: tuple[Finding, ...], after: tuple[Finding, ...], source: str) -> None:
    """What rested on the source is inconclusive, with a reason, and so is every requirement that it decided."""
    lost = rests_on(before, source)
    assert lost
    for check in {one.check for one in lost}:
        now = [one for one in after if one.check == check]
        mine = {one.subject for one in lost if one.check == check}
        assert not [one for one in now if one.status is Status.PASS and one.subject in mine], (check, now)
        doubts = [one for one in now if one.status is Status.INCONCLUSIVE]
        assert doubts and all(one.because for one in doubts), (check, now)
    results = evaluate(after, intent(), NORM, AS_OF)
    decided = {one.id for one in NORM.requirements if {each.check for each in lost} & {*one.decides, *one.needs}}
    assert decided
    assert {one.requirement for one in results if one.verdict is Met.MET} & decided == set()


@pytest.mark.parametrize("source", [*WEB, "vrps"])
@pytest.mark.parametrize("way", WAYS)
def test_what_rests_on_a_source_that_fails_is_inconclusive(world: Server, source: str, way: str, tmp_path: Path) -> None:
    before = judged(asked(pull(world, source, "not at all"), tmp_path))
    given = pull(world, source, way)
    live = asked(given)
    assert live.problem(source)
    nothing_passes(before, judged(live), source)
    if source == "vrps":
        assert live.vrps is None
        assert all(one.problem and not one.v4 and not one.v6 for one in live.authorised.values())
    if way in PLACES:
        return  # copies are found by their address
    if way == "an object without anything in it" and source != "vrps":
        return  # which is an answer as far as the copies know
    later = asked(given, tmp_path, NOW + datetime.timedelta(minutes=20), refresh=True)
    assert [(one.check, one.subject, one.status) for one in judged(later)] == [
        (one.check, one.subject, one.status) for one in before
    ]
    (used,) = [one for one in later.provenance if one.source == source]
    assert "older copy of 2026-11-24T05:30:00Z used" in used.note
    stale = asked(given, tmp_path, NOW + datetime.timedelta(hours=25), refresh=True)
    assert stale.problem(source)
    nothing_passes(before, judged(stale), source)


@pytest.mark.parametrize("way", PAGES)
def test_who_sees_the_prefixes_is_needed_too(world: Server, way: str, tmp_path: Path) -> None:
    """One call of a source that answers everything else: neither three months of visibility nor an absence is proven without it."""
    before = {one.check for one in rests_on(judged(asked(settings(world), tmp_path)), "ripestat")}
    assert {"RIS-01", "RIS-02", "RIS-03"} <= before
    world.pages["/loop"] = moved("/loop")
    for name in [one for one in world.pages if one.startswith("/ripestat/visibility/")]:
        world.pages[name] = PAGES[way]
    given = settings(world)
    given["ripestat"]["timeout"] = "0.1" if way == "no answer in time" else "5"
    live = judged(asked(given))
    assert {(one.check, one.status) for one in live if one.check in ("RIS-01", "RIS-02", "RIS-03")} == {
        ("RIS-01", Status.INCONCLUSIVE),
        ("RIS-02", Status.INCONCLUSIVE),
        ("RIS-03", Status.PASS),
    }
    assert all(one.because for one in live if one.status is Status.INCONCLUSIVE)
    if way != "an object without anything in it":
        later = judged(asked(given, tmp_path, NOW + datetime.timedelta(minutes=20), refresh=True))
        assert {one.check for one in rests_on(later, "ripestat")} == before


def test_a_page_in_the_middle_that_fails_leaves_the_whole_open(world: Server) -> None:
    before = judged(asked(pull(world, "spoofer", "not at all")))
    first = path("spoofer", "sessions?asn4=64500")
    following = {"hydra:member": [], "hydra:totalItems": 500, "hydra:view": {"hydra:next": "/sessions?asn4=64500&page=2"}}
    for second in (status(500), raw(b"{"), good({"hydra:totalItems": 500}), good(following)):
        world.pages[first] = good(following)
        world.pages["/sessions?asn4=64500&page=2"] = second
        live = asked(settings(world))
        assert live.problem("spoofer")
        nothing_passes(before, judged(live), "spoofer")


@contextmanager
def registry(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    link, _ = listener.accept()
                except OSError:
                    return
                with link:
                    answer(link)

        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(3)


def says(reply: bytes) -> Callable[[socket.socket], None]:
    def act(link: socket.socket) -> None:
        link.recv(1 << 16)
        link.sendall(reply)

    return act


def waits(link: socket.socket) -> None:
    link.settimeout(0.4)
    try:
        while link.recv(1 << 16):
            pass
    except OSError:
        return


TALK = {
    "it is busy": says(b"F Maximum number of connections reached\n"),
    "no answer in time": waits,
    "cut": says(b"A5000\nAS64500 AS645"),
    "it hangs up": says(b""),
    "another protocol": says(b"HTTP/1.1 429 Too Many Requests\r\n\r\n"),
    "answers that do not end": says(b"A3\nAS1\nA3\n"),
}


@pytest.mark.parametrize("way", [*TALK, "nobody listens", "no such name"])
def test_a_registry_that_fails_opens_no_filter(world: Server, way: str) -> None:
    before = judged(asked(settings(world)))
    given = settings(world)
    with registry(TALK.get(way, waits)) as server:
        where = {"nobody listens": f"127.0.0.1:{CLOSED}", "no such name": "nowhere.invalid"}.get(way, server)
        given["irr"] = {"servers": where, "timeout": "0.3"}
        live = asked(given)
    assert live.problem("irr")
    nothing_passes(before, judged(live), "irr")
    assert live.authorised and all(one.problem and not one.v4 and not one.v6 for one in live.authorised.values())


def test_a_copy_of_the_vrps_is_named(world: Server, tmp_path: Path) -> None:
    world.pages["/vrps.json"] = raw((WORLD / "vrps.json").read_bytes())
    for note in ("", "copy of 2026-11-24T05:30:00Z"):
        client = HttpClient(cache=tmp_path, clock=lambda: NOW)
        found = load_payloads(f"{world.url}vrps.json", as_of=AS_OF, max_age_hours=24, client=client)
        assert found.provenance.note == note


RTR = {
    "it has no data": says(bytes((1, 10, 0, 2, 0, 0, 0, 16)) + bytes(8)),
    "no answer in time": waits,
    "cut": says(bytes((1, 3, 0, 7, 0, 0, 0, 8)) + bytes((1, 4, 0, 0))),
    "it hangs up": says(b""),
    "another protocol": says(b"HTTP/1.1 429 Too Many Requests\r\n\r\n"),
    "an empty set": says(bytes((1, 3, 0, 7, 0, 0, 0, 8)) + bytes((1, 7, 0, 7, 0, 0, 0, 24)) + bytes(16)),
}


@pytest.mark.parametrize("way", [*RTR, "nobody listens", "no such name"])
def test_a_cache_that_fails_validates_nothing(world: Server, way: str) -> None:
    before = judged(asked(settings(world)))
    given = settings(world)
    with registry(RTR.get(way, waits)) as cache:
        where = {"nobody listens": f"127.0.0.1:{CLOSED}", "no such name": "nowhere.invalid:8282"}.get(way, cache)
        given["vrps"] = {"url": f"rtr://{where}", "timeout": "0.3"}
        live = asked(given)
    assert live.problem("vrps") and not live.vrps
    nothing_passes(before, judged(live), "vrps")
    assert live.authorised and all(one.problem and not one.v4 and not one.v6 for one in live.authorised.values())
