"""The push protocol against a driver that fails at every step: the router ends unchanged, confirmed, or reverting."""

from __future__ import annotations

import pytest
from manrs_conformance.errors import NotSavedError, PushError
from manrs_conformance.model.router import Live, LiveSession, Router
from manrs_conformance.push import apply
from manrs_conformance.push.back import LEFT, drop
from manrs_conformance.push.journal import Journal, facts, outcome


def _router(established: bool = True) -> Router:
    return Router("frr", live=Live(sessions=(LiveSession("192.0.2.1", "ipv4-unicast", 64501, established),)))


class Device:
    """A router with a candidate, a pending commit and a timer; `breaks` names the call that fails."""

    def __init__(self, breaks: str = "", after: Router | None = None) -> None:
        self.breaks, self.after = breaks, after or _router()
        self.running, self.candidate, self.saved = "base", "", ""
        self.calls: list[str] = []

    def _call(self, name: str) -> None:
        self.calls.append(name)
        if name == self.breaks:
            raise RuntimeError(f"{name} broke")

    def load_merge_candidate(self, filename: str | None = None, config: str | None = None) -> None:
        self._call("load")
        self.candidate = config or ""

    def compare_config(self) -> str:
        self._call("compare")
        return "+ line" if self.candidate != self.running else ""

    def commit_config(self, message: str = "", revert_in: int | None = None) -> None:
        assert revert_in, "a push never commits without the timer"
        self.saved, self.running = self.running, self.candidate
        self._call("commit")

    def confirm_commit(self) -> None:
        self._call("confirm")
        self.saved = ""

    def has_pending_commit(self) -> bool:
        return bool(self.saved)

    def rollback(self) -> None:
        self._call("rollback")
        self.running, self.saved = self.saved or self.running, ""

    def discard_config(self) -> None:
        self.candidate = ""

    def close(self) -> None:
        pass


def _push(device: Device, tmp_path, *, base: str = "base", judged: tuple[str, ...] = (), looks: tuple[Router, ...] = (), **more):
    seen = iter([_router(), *looks])
    now = iter(range(1000))
    hooks = apply.Hooks(
        connect=lambda: device,
        observe=lambda _d: (device.running, next(seen, device.after)),
        judge=lambda _r: judged,
        run=lambda _d, _c: None,
        clock=lambda: float(next(now)),
        sleep=lambda _s: None,
        **more,
    )
    journal = Journal(tmp_path / "journal.jsonl")
    candidate = apply.Candidate("edge1", "new", base, _router())
    return apply.push(candidate, hooks, journal, revert_in=60, settle=5), journal


def test_a_sound_change_is_confirmed(tmp_path):
    device = Device()
    done, journal = _push(device, tmp_path)
    assert (done.outcome, done.changed, device.running, device.saved) == ("confirmed", True, "new", "")
    assert outcome(journal.entries()) == "confirmed"


@pytest.mark.parametrize("step", ["load", "compare"])
def test_a_refused_candidate_leaves_everything(step, tmp_path):
    device = Device(step)
    with pytest.raises(PushError, match="nothing was changed"):
        _push(device, tmp_path)
    assert device.running == "base"
    assert outcome(Journal(tmp_path / "journal.jsonl").entries()) == "unchanged"


@pytest.mark.parametrize("step", ["commit", "confirm"])
def test_a_failure_after_the_commit_is_rolled_back(step, tmp_path):
    device = Device(step)
    done, journal = _push(device, tmp_path)
    assert (done.outcome, device.running) == ("rolled-back", "base")
    assert outcome(journal.entries()) == "rolled-back"


def test_a_lost_session_is_rolled_back(tmp_path):
    device = Device(after=_router(established=False))
    done, _ = _push(device, tmp_path)
    assert (done.outcome, device.running) == ("rolled-back", "base")
    assert "192.0.2.1" in done.because


@pytest.mark.parametrize(("slow", "outcome"), [(8, "confirmed"), (60, "rolled-back")])
def test_a_look_that_takes_longer_than_the_time_to_settle_is_followed_by_another(slow, outcome, tmp_path, monkeypatch):
    """`settle` is 5: the second look is past it, yet before the timer must be feared."""
    device, time = Device(), [0.0]

    def observe(_driver):
        time[0] += slow if device.saved else 0
        return device.running, _router()

    hooks = apply.Hooks
    given = {"observe": observe, "clock": lambda: time[0]}
    monkeypatch.setattr(apply, "Hooks", lambda **more: hooks(**(more | given)))
    done, _ = _push(device, tmp_path)
    assert done.outcome == outcome, done.because


def test_a_model_that_is_not_as_predicted_is_rolled_back(tmp_path):
    device = Device()
    done, _ = _push(device, tmp_path, judged=("BOG-01 is worse",))
    assert (done.outcome, device.running) == ("rolled-back", "base")


def test_when_even_the_rollback_fails_the_timer_is_named(tmp_path):
    device = Device("rollback", after=_router(established=False))
    done, journal = _push(device, tmp_path)
    assert done.outcome == "reverting"
    assert "timer" in done.because
    assert device.has_pending_commit()
    assert outcome(journal.entries()) == "reverting"


def test_a_moved_base_is_refused_before_anything_is_sent(tmp_path):
    device = Device()
    with pytest.raises(PushError, match="changed since"):
        _push(device, tmp_path, base="older")
    assert device.calls == []


def test_a_pending_commit_of_somebody_else_is_refused(tmp_path):
    device = Device()
    device.saved = "theirs"
    with pytest.raises(PushError, match="waits for confirmation"):
        _push(device, tmp_path)
    assert device.calls == []


def test_a_session_that_goes_down_late_is_noticed(tmp_path):
    device = Device(after=_router(established=False))
    done, _ = _push(device, tmp_path, looks=(_router(),))
    assert (done.outcome, device.running) == ("rolled-back", "base")
    assert "went down" in done.because


def test_what_the_device_would_do_otherwise_is_refused(tmp_path):
    device = Device()
    with pytest.raises(PushError, match="something else"):
        _push(device, tmp_path, meant=lambda diff: ("it drops a neighbour",) if "+ line" in diff else ())
    assert (device.running, device.candidate, device.saved) == ("base", "", "")


def test_lost_routes_are_rolled_back(tmp_path):
    device = Device()
    done, _ = _push(device, tmp_path, lost=lambda _before, _after: ("9 of 10 routes are missing",))
    assert (done.outcome, device.running) == ("rolled-back", "base")
    assert "9 of 10" in done.because


def test_a_commit_that_ended_meanwhile_is_not_confirmed(tmp_path):
    device = Device()
    device.has_pending_commit = lambda: False
    done, _ = _push(device, tmp_path)
    assert done.outcome == "rolled-back"
    assert "confirm" not in device.calls


def test_a_lost_session_goes_on_with_its_own_commit_only(tmp_path):
    device = Device("confirm")
    device.change = "mine"
    broken = iter([True])
    rollback = device.rollback

    def once() -> None:
        if next(broken, False):
            raise RuntimeError("the session was lost")
        rollback()

    device.rollback = once
    done, _ = _push(device, tmp_path)
    assert (done.outcome, device.change) == ("rolled-back", "mine")


def test_a_full_disk_of_the_controller_does_not_stop_the_rollback(tmp_path, monkeypatch):
    device = Device()
    write = Journal.write

    def full(self, step, note="", **facts):
        if step in ("verifying", "rolling-back", "rolled-back"):
            raise OSError(28, "No space left on device")
        write(self, step, note, **facts)

    monkeypatch.setattr(Journal, "write", full)
    done, _ = _push(device, tmp_path)
    assert (done.outcome, device.running) == ("rolled-back", "base")


def test_a_journal_that_ends_while_a_confirmation_is_taken_back_claims_nothing(tmp_path):
    journal = Journal(tmp_path / "journal.jsonl")
    for step in ("planned", "committing", "verifying", "rolling-back"):
        journal.write(step)
    assert outcome(journal.entries()) == "reverting"
    for step in ("planned", "committing", "verifying", "confirming", "rolling-back"):
        journal.write(step)
    assert outcome(journal.entries()) == "unknown"


def test_a_journal_that_ends_at_the_confirmation_claims_nothing(tmp_path):
    journal = Journal(tmp_path / "journal.jsonl")
    journal.write("confirming")
    assert outcome(journal.entries()) == "unknown"


class Lost(Device):
    """A router whose session is lost at the saving; `left` is what a fresh one has to remove."""

    change, loaded, full, saves = "named at the commit", "new", False, 0

    def confirm_commit(self) -> None:
        super().confirm_commit()
        raise NotSavedError("the session was lost")

    def save(self) -> None:
        self.saves += 1
        if self.full:
            raise NotSavedError("no space left")

    def discard_config(self) -> None:
        self.loaded = ""


@pytest.mark.parametrize("full", [False, True])
def test_what_a_lost_session_did_not_save_a_fresh_one_does(full, tmp_path):
    device = Lost()
    device.full = full
    done, journal = _push(device, tmp_path)
    assert (done.outcome, done.saved, device.saves, device.loaded) == ("confirmed", not full, 1, "")
    assert ("NOT SAVED" in done.because) is full
    assert facts(journal.entries())["saved"] == ("no" if full else "yes")


def test_the_name_of_a_commit_is_on_record_as_soon_as_it_has_one(tmp_path):
    _done, journal = _push(Lost(), tmp_path)
    assert {one.step: one.facts.get("change") for one in journal.entries()}["refreshing"] == "named at the commit"


@pytest.mark.parametrize(("closed", "left"), [(20, ""), (200, LEFT)])
def test_what_was_loaded_is_removed_as_soon_as_a_session_is_taken(closed, left):
    time, gone = [0.0], []

    class Gone(Device):
        def discard_config(self) -> None:
            if not gone:
                gone.append(1)
                raise OSError("the session was lost")
            gone.append(2)

    def connect() -> Gone:
        if time[0] < closed:
            raise OSError("refused")
        return Gone()

    def sleep(seconds: float) -> None:
        time[0] += seconds

    never = apply.Hooks(connect, lambda _d: ("", _router()), lambda _r: (), lambda _d, _c: None, clock=lambda: time[0], sleep=sleep)
    assert drop(never, Gone()) == left
    assert gone == ([1] if left else [1, 2])
