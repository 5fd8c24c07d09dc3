"""`ansible-playbook routesec.manrs.rollout` over three real routers: one that breaks takes all back, then it goes through, with one bundle.

Two labs and two rollouts are too long for every run: `python -m pytest tests/lab/rollout_campaign.py`, as root, three to four minutes.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import faces
import pytest
from manrs_conformance import api
from manrs_lab import Lab
from push_trials import held


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


def test_a_router_that_breaks_takes_all_of_it_back_and_the_next_rollout_goes_through(lab: Lab, far: Lab, tmp_path: Path) -> None:
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
