"""A fixed part of the campaign, small enough for every run: real FRR, real RTR cache, all three directions."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from manrs_conformance.model.route import Route
from manrs_oracle import campaign, shrink
from manrs_oracle.__main__ import main
from manrs_oracle.compare import Tally
from manrs_oracle.router import PROGRAMS, Router
from manrs_oracle.setup import LOCAL_AS, Neighbor, Setup

SIZE = campaign.Size(sessions=8, routes=150, sample=3)


@pytest.fixture(scope="module")
def router() -> Iterator[Router]:
    """The namespace with FRR; LabError with what to install when it cannot be."""
    with Router() as one:
        yield one


@pytest.mark.parametrize(
    ("direction", "seed"), [("import", 101), ("import", 103), ("export", 101), ("export", 104), ("rpki", 101), ("rpki", 105)]
)
def test_engine_and_router_agree(router: Router, direction: str, seed: int) -> None:
    setup, tally = campaign.run_seed(router, direction, seed, SIZE)
    assert tally.wrong == []
    assert tally.decisions >= 1000
    assert 0 < tally.accepted < tally.decisions
    assert tally.evaluated >= 20
    assert tally.inconclusive < tally.decisions / 20, tally.reasons.most_common(3)
    assert setup == campaign.make(seed, direction, SIZE.sessions)


def test_rpki_seeds_of_this_file_are_with_and_without_a_cache() -> None:
    assert [campaign.make(seed, "rpki", SIZE.sessions).cache for seed in (101, 105)] == ["synced", "down"]


def test_rpki_seeds_cover_every_state_of_the_cache() -> None:
    assert {campaign.make(seed, "rpki").cache for seed in range(1, 20)} == {"synced", "down", "none"}


BROKEN = "\n".join(
    (
        "frr version 8.4.4", "frr defaults traditional", "ip prefix-list ONE seq 5 permit 10.0.0.0/8 le 24", "ip prefix-list TWO seq 5 permit any",
        "route-map IN permit 10", " match ip address prefix-list ONE", " set metric 5", "route-map IN deny 20", " match ip address prefix-list TWO",
        f"router bgp {LOCAL_AS}", " neighbor 10.99.1.1 remote-as 65101", " neighbor 10.99.1.1 passive", " address-family ipv4 unicast",
        "  neighbor 10.99.1.1 route-map IN in", " exit-address-family", "",
    )
)  # fmt: skip


def test_a_difference_is_seen_shrunk_and_written(router: Router, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With an engine that reads `le` wrongly the oracle must find it and reduce the case to the statements that show it."""
    from manrs_conformance.analysis import prefixes

    real = prefixes.permits
    monkeypatch.setattr(prefixes, "permits", lambda one, network, length: real(one, network, length) and length < 24)
    setup = Setup(0, "import", BROKEN, (Neighbor("10.99.1.1", 65101),))
    key = ("10.99.1.1", "10.1.2.0/24", 1)
    route = Route("10.1.2.0/24", (65101, 7), frozenset({"1:1"}), peer="10.99.1.1", next_hop="192.0.2.9")
    tally = Tally()
    campaign.examine(router, setup, tally, {key: route}, 0)
    (wrong,) = tally.wrong
    assert (wrong.told, wrong.shown) == ("reject", "accept")
    found = shrink.shrink(router, setup, wrong)
    assert found is not None
    (small, sent), last = found
    assert "TWO" not in small.config
    assert "set metric" not in small.config
    assert "permit 10.0.0.0/8 le 24" in small.config
    assert list(sent.values()) == [replace(route, as_path=(), communities=frozenset())]
    shrink.write(tmp_path / "case", found[0], last, router.show("show running-config"))
    assert {one.name for one in (tmp_path / "case").iterdir()} == {"case.json", "running.conf", "written.conf"}


def test_the_command_resumes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["--seeds", "7-7", "--direction", "export", "--sessions", "2", "--routes", "60", "--state", str(tmp_path / "state.json")]
    assert main(argv) == 0
    first = capsys.readouterr().out
    assert "export seed 7:" in first
    assert "0 disagreements" in first
    assert main(argv) == 0
    second = capsys.readouterr().out
    assert "export seed 7:" not in second
    assert second.splitlines()[0] == first.splitlines()[1]


def test_without_root_or_daemons_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert main(["--seeds", "1-1"]) == 2
    assert "run it as root" in capsys.readouterr().err
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setitem(PROGRAMS, "frr", Path("/nowhere/bgpd"))
    assert main(["--seeds", "1-1"]) == 2
    assert "apt-get install -y --no-install-recommends frr" in capsys.readouterr().err
