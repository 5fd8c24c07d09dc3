"""`manrs sources`: what is fetched is what an audit reads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from manrs_conformance import cli, collect
from manrs_conformance.sources.intent import load_intent
from manrs_conformance.sources.reference import WEB, load

from .test_web_sources import AS_OF, WORLD, here, path
from .web_server import Server, good, serving, status


def payloads() -> dict[str, Any]:
    """The VRPs of the world, without ends."""
    data: dict[str, Any] = json.loads((WORLD / "vrps.json").read_text(encoding="utf-8"))
    for one in data["roas"]:
        del one["expires"]
    return data


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    with serving() as server:
        for source in WEB:
            for query, entry in json.loads((WORLD / f"{source}.json").read_text(encoding="utf-8"))["answers"].items():
                name = path(source, query)
                for dated in ("&itemsPerPage", "&starttime", "&event_type"):
                    name = f"{name.partition(dated)[0]}*" if dated in name else name
                server.pages[name] = good(here(entry["body"], server.url))
        server.pages["/vrps.json"] = good(payloads())
        yield server


@pytest.fixture
def intent(world: Server, tmp_path: Path) -> Path:
    data = yaml.safe_load((WORLD / "manrs.yml").read_text(encoding="utf-8"))
    bases: dict[str, Any] = {source: {"url": f"{world.url}{source}/", "max_age_hours": 87600} for source in WEB}
    bases["spoofer"]["url"] = world.url
    data["sources"] = {
        **bases,
        "vrps": {"url": f"{world.url}vrps.json", "max_age_hours": 87600},
        "irr": {"file": str(WORLD / "irr.json"), "max_age_hours": 87600},
    }
    file = tmp_path / "manrs.yml"
    file.write_text(yaml.safe_dump(data), encoding="utf-8")
    return file


def manrs(*words: str | Path) -> tuple[int, str]:
    done = CliRunner().invoke(cli._main, ["sources", *map(str, words)], standalone_mode=False)
    if done.exception:
        raise done.exception
    return int(done.return_value), done.output


def fetch(intent: Path, out: Path, *words: str) -> tuple[int, str]:
    return manrs("fetch", "--intent", intent, "--out", out, "--cache", out.parent / "cache", *words)


def test_fetch_writes_what_an_audit_reads_and_asks_once(world: Server, intent: Path, tmp_path: Path) -> None:
    code, text = fetch(intent, tmp_path / "out")
    assert code == 0, text
    assert {f"{one}.json" for one in (*WEB, "vrps", "irr")} | {"index.json"} == {one.name for one in (tmp_path / "out").iterdir()}
    asked = len(world.asked)
    code, text = fetch(intent, tmp_path / "out")
    assert code == 0 and len(world.asked) == asked and "0 requests" in text
    reference = load(tmp_path / "out", collect.now(), intent=load_intent(intent))
    assert [one.problem for one in reference.provenance] == [None] * len(reference.provenance)
    code, text = manrs("show", tmp_path / "out")
    assert code == 0 and "peeringdb.json" in text and "copy of" in text


def test_a_source_that_failed_is_in_the_folder_as_failed(world: Server, intent: Path, tmp_path: Path) -> None:
    world.pages["/vrps.json"] = status(500)
    code, text = fetch(intent, tmp_path / "out", "--only", "vrps", "--only", "irr")
    assert code == 2 and "FAILED" in text and "500" in text
    reference = load(tmp_path / "out", collect.now(), intent=load_intent(intent))
    assert "500" in (reference.problem("vrps") or "") and reference.vrps is None
    assert "500" in manrs("show", tmp_path / "out")[1]


def test_what_was_there_becomes_the_earlier_snapshot(world: Server, intent: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    fetch(intent, out, "--only", "vrps")
    fetch(intent, out, "--only", "vrps", "--refresh")
    assert (out / "vrps-before.json").is_file()
    stolen = payloads()
    stolen["roas"][0]["asn"] = 64999
    world.pages["/vrps.json"] = good(stolen)
    fetch(intent, out, "--only", "vrps", "--refresh")
    for _again in range(2):
        fetch(intent, out, "--only", "vrps", "--refresh")
        assert json.loads((out / "vrps-before.json").read_text(encoding="utf-8"))["roas"][0]["asn"] == 64500
        assert json.loads((out / "vrps.json").read_text(encoding="utf-8"))["roas"][0]["asn"] == 64999


def test_offline_without_a_copy_fails(intent: Path, world: Server, tmp_path: Path) -> None:
    code, text = fetch(intent, tmp_path / "out", "--offline", "--only", "vrps")
    assert code == 2 and "offline" in text and world.asked == []


def test_diff_shows_the_stolen_account(tmp_path: Path) -> None:
    for name, asn in (("old", 64500), ("new", 64999)):
        (tmp_path / name).mkdir()
        data = json.loads((WORLD / "vrps.json").read_text(encoding="utf-8"))
        data["roas"][0]["asn"] = asn
        (tmp_path / name / "vrps.json").write_text(json.dumps(data), encoding="utf-8")
    code, text = manrs("diff", tmp_path / "old", tmp_path / "new", "--intent", WORLD / "manrs.yml", "--as-of", AS_OF)
    assert code == 0
    assert "ROA gone: 192.0.2.0/24 maxLength 24 AS64500" in text and "ROA new: 192.0.2.0/24 maxLength 24 AS64999" in text
    assert "ROA-01 192.0.2.0/24: pass -> -" in text and "ROA-02 192.0.2.0/24: - -> fail" in text


def test_an_unknown_source_is_named(intent: Path, tmp_path: Path) -> None:
    with pytest.raises(Exception, match="not a source; known: bogons"):
        fetch(intent, tmp_path / "out", "--only", "whois")


def test_what_each_customer_may_announce_is_shown_with_its_reason(tmp_path: Path) -> None:
    data = yaml.safe_load((WORLD / "manrs.yml").read_text(encoding="utf-8"))
    customers = [one for one in data["neighbours"] if one["relationship"] == "customer"]
    customers[1] |= {"exclude": ["203.0.113.128/25"], "more_specifics_v4": 25}
    file = tmp_path / "manrs.yml"
    file.write_text(yaml.safe_dump(data), encoding="utf-8")
    code, text = manrs("authorised", WORLD, "--intent", file, "--as-of", AS_OF)
    assert (code, text.splitlines()) == (
        0,
        [
            "customer AS64501: IPv4 ranges: 1, IPv6 ranges: 0",
            "    198.51.100.0/24: pinned in the intent",
            "customer AS64502 AS64502:AS-ALL: IPv4 ranges: 2, IPv6 ranges: 0",
            "    203.0.113.0/24: route object of AS64502 in RIPE or RADB; ROA of AS64502",
            "    203.0.113.0/25: part of 203.0.113.0/24: route object of AS64502 in RIPE or RADB; ROA of AS64502",
            "    203.0.113.128/25: excluded by the intent",
        ],
    )
    assert "the server says 503" in _authorised_without_registry(tmp_path, file)


def _authorised_without_registry(tmp_path: Path, intent: Path) -> str:
    """What is shown where the registry failed when it was asked."""
    folder = tmp_path / "failed"
    folder.mkdir()
    row = {"source": "irr", "location": "irr.example.net", "problem": "irr.example.net: the server says 503"}
    (folder / "index.json").write_text(json.dumps([row]), encoding="utf-8")
    return manrs("authorised", folder, "--intent", intent, "--as-of", AS_OF)[1]
