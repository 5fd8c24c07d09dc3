"""A password that an operator's template brings stands in nothing that a push tells."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from manrs_conformance import api, platforms
from manrs_conformance.errors import PushError
from manrs_conformance.model.snapshot import Snapshot
from manrs_conformance.push import apply, device
from manrs_conformance.push.journal import Journal
from manrs_conformance.push.protocol import Pushed

sys.path.insert(0, str(Path(__file__).parent))
from edges import HERE, given

OLD, NEW = "CANARY-old-1f", "CANARY-new-2e"
SHIPPED = Path(platforms.__file__).parent / "ios/templates/plan.j2"


@pytest.fixture
def change(tmp_path: Path) -> tuple[Snapshot, device.Prepared]:
    """A change of a router with a password, by a template that gives it another."""
    text = (HERE / "ios.cfg").read_text()
    head = next(line for line in text.splitlines() if line.startswith(" neighbor ") and " remote-as " in line)
    address = head.split()[1]
    (tmp_path / "plan.j2").write_text(f"{SHIPPED.read_text()}\nrouter bgp 43210\n neighbor {address} password {NEW}\n")
    snapshot = Snapshot("edge", "ios", text.replace(head, f"{head}\n neighbor {address} password {OLD}", 1), {})
    done = device.prepare(snapshot, *given(), templates=tmp_path)
    assert NEW in done.text and NEW in done.diff and OLD in done.diff
    return snapshot, done


def test_neither_journal_nor_answer_nor_refusal_tells_it(
    change: tuple[Snapshot, device.Prepared], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot, prepared = change
    journal = Journal(tmp_path / "journal.jsonl")
    fate: list[str] = []

    def push(candidate: apply.Candidate, _hooks: Any, journal: Journal, **_given: Any) -> Pushed:
        assert NEW in candidate.text, "the router is given it"
        said = f"% Invalid input: neighbor 45.10.0.1 password {NEW}, was {OLD}"
        journal.write("unchanged", said)
        if fate:
            raise PushError(said)
        return Pushed("edge", "rolled-back", False, prepared.diff, said, prepared.predicted)

    monkeypatch.setattr(device.apply, "push", push)
    done = device.push(snapshot, prepared, lambda: None, *given(), journal)
    fate.append("refused")
    with pytest.raises(PushError) as refused:
        device.push(snapshot, prepared, lambda: None, *given(), journal)
    told = [done.diff, done.because, str(refused.value), journal.path.read_text()]
    told += [api.safe_diff(snapshot, prepared), api.safe_candidate(snapshot, prepared)]
    assert all("CANARY" not in one and "<redacted>" in one for one in told), told
