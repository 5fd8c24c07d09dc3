"""A change to many routers: the engine's rollout with real sessions, its record in the run directory, and one bundle of before, change and after."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from .. import collect, platforms
from ..collect.connection import scrub
from ..errors import CollectionError, ManrsError, UsageError
from ..model.snapshot import Snapshot
from ..push import apply, back, device, fleet, meaning, quiet
from ..push.journal import Journal, facts
from ..push.ledger import Ledger
from ..push.protocol import quietly
from ..push.text import digest, statements
from .assess import Inputs, audit_inputs, parse
from .bundles import write_bundle
from .change import prepare_push, safe_diff
from .files import collect_device
from .words import brief, counts


@dataclass(frozen=True, slots=True)
class Member:
    """One router of a rollout: its platform, how a fresh session is opened, whether that verifies the router, and what no message may say."""

    host: str
    platform: str
    connect: Callable[[], Any]
    verified: bool | None = None
    secrets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Undertaking:
    """Members by name, what they are judged by, how they are pushed to, and the run directory: `before`, `after`, `journal`, `change` and
    `rollout.jsonl` in it."""

    members: Mapping[str, Member]
    inputs: Inputs
    run_dir: Path
    way: device.Way = field(default_factory=device.Way)
    templates: Path | None = None
    workers: int = 1

    @cached_property
    def ledger(self) -> Ledger:
        """The record of the rollout."""
        return Ledger(self.run_dir / "rollout.jsonl")

    # -- one router ------------------------------------------------------------------------------------------------
    def read(self, host: str, folder: str) -> Snapshot:
        """Read a router and keep what was read."""
        member = self.members[host]
        driver = member.connect()
        try:
            found = collect_device(host, member.platform, driver, verified=member.verified)
        finally:
            quietly(driver.close)
        collect.save(found, self.run_dir / folder)
        return found

    def push(self, host: str) -> fleet.Ended:
        """Read, plan, gate and push one router."""
        return self._guarded(host, lambda: self._push(host))

    def _push(self, host: str) -> fleet.Ended:
        before = self.read(host, "before")
        prepared = prepare_push(before, self.inputs, self.templates)
        if not prepared.text:
            return fleet.Ended(
                "unchanged", "nothing is to be done" if not prepared.plan.left else "; ".join(prepared.plan.left[:3])
            )
        self._keep(f"{collect.safe_name(host)}.cfg", prepared.text)
        self._keep(f"{collect.safe_name(host)}.diff", safe_diff(before, prepared))
        done = device.push(
            before,
            prepared,
            self.members[host].connect,
            self.inputs.intent,
            self.inputs.reference,
            self.journal(host),
            self.way,
        )
        return fleet.Ended("not-saved" if done.outcome == "confirmed" and not done.saved else done.outcome, done.because)

    def recover(self, host: str) -> fleet.Ended:
        """What became of a push, or of the taking back, that the last controller left unfinished."""

        def look() -> fleet.Ended:
            clean = self._clean(self._before(host))
            for name in ("", ".back"):
                journal = self.journal(host, name).without_secrets(clean)
                if not journal.entries():
                    continue
                said = back.recover(self._candidate(host, name), self._hooks(host), journal)
                if not name:
                    ended = fleet.Ended(said, "looked after when the rollout went on")
            return ended

        if not self.journal(host).entries():
            return fleet.Ended("unchanged", "nothing had been begun")
        return self._guarded(host, look)

    def take_back(self, host: str) -> fleet.Ended:
        """Put the configuration of before in place, by the same protocol; a router that was changed since is left alone."""
        ended = self._guarded(host, lambda: self._take_back(host))
        return ended if ended.outcome == "taken-back" else fleet.Ended("not-taken-back", ended.because)

    def _take_back(self, host: str) -> fleet.Ended:
        before, hooks = self._before(host), self._hooks(host)
        session = hooks.connect()
        try:
            held = hooks.observe(session)[0]
            if statements(held) == statements(before.config):
                return fleet.Ended("taken-back", "it holds its old configuration")
            if digest(held) != facts(self.journal(host).entries()).get("verified"):
                return fleet.Ended("not-taken-back", "it was changed since it was confirmed")
            if getattr(session, "restores_confirmed", False):
                session.rollback()
                same = statements(hooks.observe(session)[0]) == statements(before.config)
                return fleet.Ended("taken-back" if same else "unknown", "rolled back by the router's own agent")
        finally:
            quietly(session.close)
        clean = self._clean(before)
        journal = self.journal(host, ".back").without_secrets(clean)
        journal.write("planned", "the configuration of before")
        candidate = apply.Candidate(host, before.config, held, parse(before), whole=True)
        with quiet.refusals(clean):
            done = apply.push(
                candidate, hooks, journal, revert_in=self.way.revert_in, settle=self.way.settle, change_id=self.way.change_id
            )
        return fleet.Ended("taken-back" if done.good else done.outcome, clean(done.because))

    def healthy(self, hosts: tuple[str, ...]) -> tuple[str, ...]:
        """What is wrong, after a fresh look at each, with routers that hold the change."""
        problems: dict[str, tuple[str, ...]] = {}
        self.each(lambda host: problems.update({host: self._wrong(host)}), hosts)
        return tuple(f"{host}: {said}" for host, some in sorted(problems.items()) for said in some)

    def _wrong(self, host: str) -> tuple[str, ...]:
        try:
            before, now = self._before(host), self.read(host, "after")
        except Exception as error:
            return (self._said(host, error),)
        known = facts(self.journal(host).entries()).get("verified", "")
        moved = ("it does not hold what was verified",) if known and digest(now.config) != known else ()
        return (*moved, *apply.lost_sessions(parse(before), parse(now)))

    def each(self, call: Callable[[str], None], hosts: Sequence[str]) -> None:
        """Several hosts at once, as many as there are workers."""
        if self.workers <= 1:
            return fleet.one_by_one(call, hosts)
        with ThreadPoolExecutor(self.workers) as pool:
            for _done in pool.map(call, hosts):
                pass
        return None

    # -- what lies in the run directory ----------------------------------------------------------------------------
    def journal(self, host: str, name: str = "") -> Journal:
        """The journal of the host's push, or (`.back`) of its being taken back."""
        return Journal(self.run_dir / "journal" / f"{collect.safe_name(host)}{name}.jsonl")

    @staticmethod
    def _clean(before: Snapshot) -> quiet.Clean:
        return quiet.cleaner(before, parse(before))

    def _before(self, host: str) -> Snapshot:
        return collect.load(self.run_dir / "before" / f"{collect.safe_name(host)}.snapshot.json")

    def _candidate(self, host: str, name: str) -> apply.Candidate:
        """What was under way, as far as looking after it needs: texts, and no prediction."""
        before, path = self._before(host), self.run_dir / "change" / f"{collect.safe_name(host)}.cfg"
        text = path.read_text("utf-8") if path.exists() else ""
        if not name:
            return apply.Candidate(host, text, before.config, parse(before))
        return apply.Candidate(host, before.config, before.config, parse(before), whole=True)

    def _keep(self, name: str, text: str) -> None:
        folder = self.run_dir / "change"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / name
        path.touch(mode=0o600)
        path.write_text(text, "utf-8")

    def _hooks(self, host: str) -> apply.Hooks:
        member = self.members[host]
        platform = platforms.load_push(member.platform)
        old = parse(self._before(host))
        return apply.Hooks(
            connect=device.opener(platform, member.connect, no_revert_timer=self.way.no_revert_timer),
            observe=device.observer(host, platform),
            judge=lambda found: meaning.differences(old, found),
            run=platform.operate,
        )

    def _guarded(self, host: str, work: Callable[[], fleet.Ended]) -> fleet.Ended:
        """An end for everything: a rollout never breaks off in the middle of a host."""
        try:
            ended = work()
        except Exception as error:
            return fleet.Ended("refused", self._said(host, error))
        return fleet.Ended(ended.outcome, scrub(ended.because, self.members[host].secrets))

    def _said(self, host: str, error: BaseException) -> str:
        said = str(error) if isinstance(error, ManrsError) else (str(error).strip().splitlines() or [type(error).__name__])[0]
        return scrub(said, self.members[host].secrets)


def roll_out(
    undertaking: Undertaking, plan: fleet.Rollout, say: Callable[[fleet.Progress], None] = lambda _said: None
) -> fleet.Report:
    """Carry a rollout out, or on where the run directory holds an unfinished one of the same plan; UsageError when hosts are unknown."""
    unknown = sorted(set(plan.hosts) - set(undertaking.members))
    if unknown:
        raise UsageError(f"the inventory does not give: {', '.join(unknown)}")
    hooks = fleet.Hooks(undertaking.push, undertaking.recover, undertaking.take_back, undertaking.healthy, undertaking.each, say)
    return fleet.roll_out(plan, hooks, undertaking.ledger)


def rollout_bundle(undertaking: Undertaking, report: fleet.Report, path: Path, *, key: Path | None = None) -> dict[str, Any]:
    """One evidence bundle of the state after the rollout, with what was before and what was changed in its folder `change`: verdicts before, the
    differences, the journals and the record. Returns verdicts before and after, path and root."""
    after = [_after(undertaking, host) for host in report.hosts]
    before = [undertaking._before(host) for host in report.hosts if _has(undertaking, host)]
    then = audit_inputs(before, undertaking.inputs).report if before else None
    now = audit_inputs(after, undertaking.inputs, expected=sorted(report.hosts))
    extra = {f"change/{one.name}": one.read_bytes() for one in sorted((undertaking.run_dir / "change").glob("*.diff"))}
    extra |= {f"change/journal/{one.name}": one.read_bytes() for one in sorted((undertaking.run_dir / "journal").glob("*.jsonl"))}
    extra["change/rollout.jsonl"] = undertaking.ledger.path.read_bytes()
    extra["change/rollout.json"] = _json(asdict(report))
    extra["change/before.json"] = _json(
        {"verdict": then.verdict, "counts": counts(then.findings), "findings": [brief(one) for one in then.findings]}
        if then
        else {}
    )
    built = write_bundle(path, now, undertaking.inputs, key=key, argv=["rollout"], extra=extra, scope_source="the rollout's hosts")
    return {
        "before": then.verdict if then else "inconclusive",
        "after": now.report.verdict,
        "bundle": str(built.path),
        "root": built.root_sha256,
    }


def _after(undertaking: Undertaking, host: str) -> Snapshot:
    try:
        return undertaking.read(host, "after")
    except Exception as error:
        said = str(error) if isinstance(error, CollectionError) else undertaking._said(host, error)
        member = undertaking.members[host]
        return Snapshot(host=host, platform=member.platform, config="", collected_at=collect.now(), error=said)


def _has(undertaking: Undertaking, host: str) -> bool:
    return (undertaking.run_dir / "before" / f"{collect.safe_name(host)}.snapshot.json").exists()


def _json(value: object) -> bytes:
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False, default=str).encode() + b"\n"
