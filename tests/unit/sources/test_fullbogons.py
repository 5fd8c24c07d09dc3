"""The full-bogon lists: fetched, kept, shown, compared and replayed; whatever fails decides nothing and becomes no filter."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from manrs_conformance import api, cli, collect
from manrs_conformance.model.reference import Reference
from manrs_conformance.model.snapshot import Snapshot
from manrs_conformance.sources._http import HttpClient
from manrs_conformance.sources.reference import load

from .test_cable import PAGES, PLACES
from .web_server import Server, moved, raw, serving

AS_OF = "2026-11-24T06:00:00Z"
NOW = datetime.datetime(2026, 11, 24, 5, 30, tzinfo=datetime.UTC)
V4 = b"# last updated 1795492800 (Tue Nov 24 04:00:00 2026 GMT)\n10.0.0.0/8\n44.0.0.0/16\n224.0.0.0/3\n"
V6 = b"# last updated 1795492800 (Tue Nov 24 04:00:00 2026 GMT)\n2000::/16\n4000::/3\n"
CONFIG = Path(__file__).parents[1] / "checks" / "bog_04"
SESSION = "default/185.1.1.2/ipv4-unicast"


@pytest.fixture
def feed() -> Iterator[Server]:
    with serving() as server:
        server.pages |= {"/v4.txt": raw(V4), "/v6.txt": raw(V6), "/loop": moved("/loop")}
        yield server


def asked(
    url: str, cache: Path | None = None, at: datetime.datetime = NOW, timeout: str = "5", *, refresh: bool = False
) -> Reference:
    client = HttpClient(cache=cache, refresh=refresh, sleep=lambda _seconds: None, clock=lambda: at)
    return load({"fullbogons_v4": {"url": url, "timeout": timeout}}, AS_OF, client=client)


def test_each_family_has_its_list_with_every_longer_prefix(feed: Server) -> None:
    given = {"fullbogons_v4": {"url": f"{feed.url}v4.txt"}, "fullbogons_v6": {"url": f"{feed.url}v6.txt"}}
    found = load(given, AS_OF, client=HttpClient(clock=lambda: NOW))
    assert [one.problem for one in found.provenance] == [None] * 3
    assert found.fullbogons[4] == ((10 << 24, 8, 8, 32, True, 0), (44 << 24, 16, 16, 32, True, 0), (224 << 24, 3, 3, 32, True, 0))
    assert [one[1:4] for one in found.fullbogons[6]] == [(16, 16, 128), (3, 3, 128)]
    said = {one.source: (one.serial, one.query) for one in found.provenance}
    assert said["fullbogons_v4"] == ("2026-11-24T04:00:00Z", "3 prefixes")


@pytest.mark.parametrize("way", [*PAGES, *PLACES])
def test_a_list_that_fails_decides_nothing_and_a_young_copy_stands_in(feed: Server, way: str, tmp_path: Path) -> None:
    url = PLACES.get(way, f"{feed.url}v4.txt")
    timeout = "0.1" if way == "no answer in time" else "5"
    first = asked(f"{feed.url}v4.txt", tmp_path)
    if way in PAGES:
        feed.pages["/v4.txt"] = PAGES[way]
    live = asked(url, timeout=timeout)
    assert live.problem("fullbogons_v4") and live.fullbogons == {}
    if way in PLACES or way == "no answer in time":
        return
    later = asked(url, tmp_path, NOW + datetime.timedelta(minutes=20), timeout, refresh=True)
    assert later.fullbogons == first.fullbogons
    assert "older copy of 2026-11-24T05:30:00Z used" in next(one.note for one in later.provenance if one.source == "fullbogons_v4")
    stale = asked(url, tmp_path, NOW + datetime.timedelta(hours=25), timeout, refresh=True)
    assert stale.problem("fullbogons_v4") and stale.fullbogons == {}


def test_a_list_without_a_date_is_as_old_as_its_file_and_of_no_age_on_the_web(feed: Server, tmp_path: Path) -> None:
    undated = V4.partition(b"\n")[2]
    feed.pages["/v4.txt"] = raw(undated)
    assert "says nothing about when it was made" in (asked(f"{feed.url}v4.txt").problem("fullbogons_v4") or "")
    file = tmp_path / "list.txt"
    file.write_bytes(undated)
    now = collect.now()
    assert load({"fullbogons_v4": {"file": str(file)}}, now).fullbogons[4]
    late = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    found = load({"fullbogons_v4": {"file": str(file)}}, late)
    assert "hours old" in (found.problem("fullbogons_v4") or "") and found.fullbogons == {}


def test_fetch_show_and_diff_know_it(feed: Server, tmp_path: Path) -> None:
    intent = tmp_path / "manrs.yml"
    settings = "max_age_hours: 87600"
    intent.write_text(
        "organisation: {name: Example}\nasns: [64500]\nprefixes: [192.0.2.0/24]\nneighbours: []\nsources:\n"
        f"  fullbogons_v4: {{url: '{feed.url}v4.txt', {settings}}}\n  fullbogons_v6: {{url: '{feed.url}v6.txt', {settings}}}\n"
    )

    def manrs(*words: str | Path) -> tuple[int, str]:
        done = CliRunner().invoke(cli._main, ["sources", *map(str, words)], standalone_mode=False)
        assert not done.exception, done.exception
        return int(done.return_value), done.output

    only = ("--only", "fullbogons_v4", "--only", "fullbogons_v6")
    as_of = ("--as-of", AS_OF)
    for folder in ("old", "new"):
        code, text = manrs(
            "fetch", "--intent", intent, "--out", tmp_path / folder, "--cache", tmp_path / f"cache-{folder}", *only, *as_of
        )
        assert code == 0, text
        assert (tmp_path / folder / "fullbogons-ipv4.txt").read_bytes() == (V4 if folder == "old" else V4 + b"45.0.0.0/16\n")
        feed.pages["/v4.txt"] = raw(V4 + b"45.0.0.0/16\n")
    code, text = manrs("show", tmp_path / "new")
    assert [line.split()[4] for line in text.splitlines() if line.startswith("fullbogons")] == ["2026-11-24T04:00:00Z"] * 2
    code, text = manrs("diff", tmp_path / "old", tmp_path / "new", "--intent", intent, *as_of)
    assert "full bogons of IPv4: 3 -> 4" in text and "full bogon new: 45.0.0.0/16" in text and "full bogon gone" not in text


@pytest.mark.parametrize(
    ("case", "content", "status"),
    [("fail", V4, "fail"), ("pass", V4, "pass"), ("pass", V4.replace(b"1795492800", b"1795060800"), "inconclusive")],
)
def test_a_bundle_holds_the_list_and_replays_with_it(case: str, content: bytes, status: str, tmp_path: Path) -> None:
    sources = tmp_path / "sources"
    sources.mkdir()
    (sources / "fullbogons-ipv4.txt").write_bytes(content)
    inputs = api.Inputs.read(CONFIG / case / "manrs.yml", None, sources, AS_OF)
    config = (CONFIG / case / "config.frr.conf").read_text()
    done = api.audit_inputs([Snapshot("edge1", "frr", config, {}, AS_OF)], inputs)
    (found,) = [one for one in done.report.findings if one.check == "BOG-04"]
    assert (found.subject, found.status.value) == (SESSION, status)
    assert any(one.startswith("fullbogons_v4") for one in found.sources)
    api.write_bundle(tmp_path / "bundle", done, inputs)
    assert api.replay_bundle(tmp_path / "bundle")[0] == ()
    held = {one["source"]: one for one in json.loads((tmp_path / "bundle/data/sources/index.json").read_text())}
    assert held["fullbogons_v4"]["serial"][:10] in ("2026-11-24", "2026-11-19")
