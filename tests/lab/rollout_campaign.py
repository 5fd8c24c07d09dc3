"""Rollouts over three real routers, by the playbook and by Nornir: one that breaks takes all back, one goes through with one bundle, and one whose
controller is killed goes on from its record.

Two labs and nine rollouts are too long for every run: `python -m pytest tests/lab/rollout_campaign.py [-k playbook|goes_through|breaks_bgp|killed]`, as root,
about ten minutes.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import faces
import pytest
from manrs_conformance import api, platforms
from manrs_lab import Lab
from push_trials import AGENT, held
from rollouts import HOSTS, STUB, Three, stub_unfiltered


@pytest.fixture(scope="module")
def far() -> Iterator[Lab]:
    """Another lab, whose edge1 is the third router: edge3."""
    made = Lab(f"{os.environ.get('MANRS_LAB_ID', 'pytest')[:5]}3")
    made.up()
    yield made
    made.down()


def rolled(lab: Lab, far: Lab, place: Path, **more: object) -> tuple[int, str, dict[str, str]]:
    """Run the playbook over the three; exit code, output and how every host ended."""
    every = faces.hosts(lab, "push") | {"edge3": faces.hosts(far, "push")["edge1"]}
    path = faces.intent(lab).with_name("three.yml")
    path.write_text(faces.intent(lab).read_text().replace("devices: [edge1, edge2]", "devices: [edge1, edge2, edge3]"))
    given = {"manrs_intent": str(path), "manrs_canary": "edge1", "manrs_batches": ["1"], **more}
    with mock.patch.object(faces, "hosts", lambda _lab, _login: every):
        done = faces.playbook(lab, place, "rollout", ("edge1", "edge2", "edge3"), "push", **given)
    rows = [json.loads(line) for line in (place / "run/rollout.jsonl").read_text().splitlines()]
    ends = {row["about"]: row["outcome"] for row in rows if row["event"] in ("pushed", "taken-back")}
    return done.returncode, done.stdout, ends | {"verdict": rows[-1]["outcome"]}


def test_by_the_playbook_a_router_that_breaks_takes_all_back_and_the_next_rollout_goes_through(
    lab: Lab, far: Lab, tmp_path: Path
) -> None:
    before = held(lab, "edge1"), held(lab, "edge2"), held(far, "edge1")

    def breaks() -> None:
        until = time.monotonic() + 150
        while time.monotonic() < until:
            if any('"committing"' in one.read_text() for one in (tmp_path / "1").rglob("*edge3*.jsonl")):
                far.stop("prov")
                return
            time.sleep(0.2)

    breaker = threading.Thread(target=breaks, daemon=True)
    breaker.start()
    code, said, ends = rolled(lab, far, tmp_path / "1", manrs_on_failure="rollback", manrs_settle=8)
    breaker.join()
    assert code != 0 and ends == {"edge1": "taken-back", "edge2": "unchanged", "edge3": "rolled-back", "verdict": "rolled-back"}, (
        said
    )
    assert (held(lab, "edge1"), held(lab, "edge2"), held(far, "edge1")) == before

    far.start("prov")
    far.wait_converged()
    code, said, ends = rolled(lab, far, tmp_path / "2")
    assert code == 0 and ends == {"edge1": "confirmed", "edge2": "unchanged", "edge3": "confirmed", "verdict": "done"}, said
    assert api.verify_bundle(tmp_path / "2/run/bundle", None).ok
    assert "CANARY" not in said
    for one in (lab, far):
        one.edge("edge1").shell(AGENT, "rollback")
    assert (held(lab, "edge1"), held(lab, "edge2"), held(far, "edge1")) == before


@pytest.fixture
def three(lab: Lab, far: Lab, tmp_path: Path) -> Iterator[Three]:
    """The routers in need of a change; taken back afterwards."""
    with stub_unfiltered(lab):
        one = Three(lab, far, tmp_path, {})
        one.before.update(one.now())
        yield one
        one.reset()


def one_bundle(three: Three, name: str, said: dict[str, Any]) -> None:
    """There is one, it verifies, tells of a better state, and holds no secret."""
    (path,) = three.place.rglob("bundle")
    assert path == three.run_dir(name) / "bundle" and api.verify_bundle(path, None).ok
    assert (path / "data/change/rollout.jsonl").read_bytes() == (three.run_dir(name) / "rollout.jsonl").read_bytes()
    assert said["bundle"]["before"] == "fail"
    for held_file in three.run_dir(name).joinpath("bundle").rglob("*"):
        assert not held_file.is_file() or b"CANARY" not in held_file.read_bytes(), held_file


def test_by_nornir_it_goes_through_in_order_with_a_look_after_each_batch(three: Three) -> None:
    up = three.resets()
    code, said = three.end("run", three.begin("run"))
    assert (code, said["verdict"], {host: one["outcome"] for host, one in said["hosts"].items()}) == (
        0,
        "done",
        dict.fromkeys(HOSTS, "confirmed"),
    )
    told = [(one["event"], one["about"], one["outcome"]) for one in three.events("run")[1:]]
    steps = [
        some
        for number, host in enumerate(HOSTS)
        for some in (
            ("pushing", host, ""),
            ("pushed", host, "confirmed"),
            ("gating", str(number), ""),
            ("gated", str(number), "healthy"),
        )
    ]
    assert told == [*steps, ("ended", "", "done")]
    assert set(three.state().values()) == {"changed"} and three.resets() == up
    one_bundle(three, "run", said)


def broken(place: Path) -> Path:
    """Templates whose candidate for edge2 gives its session with a customer another password: BGP breaks by the change itself."""
    shipped = Path(platforms.__file__).parent / "frr/templates/plan.j2"
    folder = place / "templates"
    folder.mkdir()
    lines = f"router bgp {{{{ local_as }}}}\n neighbor {STUB} password CANARY-wrong-3f7a\nexit\n"
    condition = f"{{% if 'neighbor {STUB} ' in instances | string %}}\n{lines}{{% endif %}}\n"
    (folder / "plan.j2").write_text(shipped.read_text() + condition)
    return folder


def test_a_change_that_breaks_bgp_on_the_last_router_takes_everything_back(three: Three) -> None:
    given = {"on_failure": "rollback", "templates": str(broken(three.place)), "settle": 8}
    code, said = three.end("run", three.begin("run", **given))
    ends = {host: one["outcome"] for host, one in said["hosts"].items()}
    assert (code, said["verdict"]) == (1, "rolled-back"), said
    assert ends == {"edge1": "taken-back", "edge3": "taken-back", "edge2": "rolled-back"}, said
    assert f"the session with {STUB} (ipv4-unicast) went down" in said["because"], said["because"]
    assert set(three.state().values()) == {"before"}
    one_bundle(three, "run", said)


KILLS = (
    ("edge3", "loading"),
    ("edge3", "committing"),
    ("edge3", "verifying"),
    ("edge3", "confirming"),
    ("rollout", "gating"),
)


@pytest.mark.parametrize(("about", "step"), KILLS, ids=[f"{about}-{step}" for about, step in KILLS])
def test_a_rollout_whose_controller_is_killed_goes_on(three: Three, about: str, step: str) -> None:
    three.killed_at("run", about, step)
    journal = three.run_dir("run") / "journal/edge1.jsonl"
    canary, first = journal.read_bytes(), three.events("run")
    assert about == "rollout" or ("pushed", "edge1", "confirmed") in {(one["event"], one["about"], one["outcome"]) for one in first}
    code, said = three.end("run", three.begin("run"))
    assert (code, said["verdict"]) == (0, "done"), said
    events = three.events("run")
    assert events[: len(first)] == first and [one["event"] for one in events].count("begun") == 1
    pushed = [one["about"] for one in events if one["event"] == "pushed"]
    assert sorted(pushed) == sorted(HOSTS), "each ended once"
    assert journal.read_bytes() == canary, "what was done was not touched"
    assert set(three.state().values()) == {"changed"}
    one_bundle(three, "run", said)


def test_taking_back_goes_on_when_the_controller_was_killed_in_it(three: Three) -> None:
    given = {"on_failure": "rollback", "templates": str(broken(three.place)), "settle": 8}
    three.killed_at("run", "rollout", "taking-back", **given)
    code, said = three.end("run", three.begin("run", **given))
    assert (code, said["verdict"]) == (1, "rolled-back"), said
    assert set(three.state().values()) == {"before"}
    assert [one["about"] for one in three.events("run") if one["event"] == "taken-back"] == ["edge3", "edge1"]
    one_bundle(three, "run", said)
