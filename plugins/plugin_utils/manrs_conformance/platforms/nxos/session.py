"""NX-OS under a push: no commit timer of its own, so a checkpoint and a job of the scheduler stand in for one.

A job that runs once rolls back to the checkpoint and removes itself (the checkpoint stays for lines that arrive late), unless the confirmation
removed it before (Nexus 9000 System Management
Configuration Guide, chapters on the scheduler and on rollback). It is configured before the checkpoint is taken: so the rollback does not
touch the job that runs it. What NAPALM's driver does otherwise: it knows no timer, saves at every commit and every rollback, keeps one
checkpoint file for everybody, and raises at a commit message.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ...errors import NoRevertError, NotSavedError, PushError
from .._guard import Guarded, text_of, timer

JOB = "MANRS-REVERT"
OWN = re.compile(
    rf"^scheduler (?:job|schedule) name {JOB}\n(?:[ \t]+.*\n|\n(?=[ \t]|end-job)|end-job\n|(?:job name|time start) .*\n)*",
    re.MULTILINE,
)
CHECKPOINT = re.compile(r"rollback running-config checkpoint (\S+)")
ERROR = re.compile(r"^\s*(?:% ?|ERROR|Error|Copy failed|Rollback failed).*$", re.MULTILINE)
CLOCK = re.compile(r"(\d+:\d+:\d+)(?:\.\d+)? \S+ \w{3} (\w{3}) +(\d+) (\d{4})")


class NxosSession(Guarded):
    """A session of NAPALM's `nxos` or `nxos_ssh` driver, guarded. What it configures for its own timer is not shown as configuration."""

    def get_config(
        self, retrieve: str = "all", full: bool = False, sanitized: bool = False, format: str = "text"
    ) -> Mapping[str, str]:
        """The driver's, without the job of the timer."""
        found = self.driver.get_config(retrieve=retrieve, full=full, sanitized=sanitized, format=format)
        return {kind: hidden(text) for kind, text in found.items()}

    def cli(self, commands: list[str], encoding: str = "text") -> Mapping[str, Any]:
        """The driver's, without the job of the timer."""
        said = self.driver.cli(commands, encoding=encoding)
        return {one: hidden(text) if isinstance(text, str) else text for one, text in said.items()}

    def load_merge_candidate(self, filename: str | None = None, config: str | None = None) -> None:
        """Keep the candidate; the router has no place for it."""
        self.loaded = self.driver.merge_candidate = ""
        self.loaded = text_of(filename, config)
        self.driver.load_merge_candidate(config=self.loaded)

    def load_replace_candidate(self, filename: str | None = None, config: str | None = None) -> None:
        """Refused: NX-OS replaces its configuration only from checkpoints of its own."""
        raise PushError(f"{self.where}: a whole configuration is not put in place on NX-OS; take the change back by a candidate")

    def compare_config(self) -> str:
        """The lines that the router does not hold yet, found by the driver: NX-OS compares only what was entered."""
        return str(self.within("compare", self.driver.compare_config))

    def commit_config(self, message: str = "", revert_in: int | None = None) -> None:
        """Arm the timer, take the checkpoint, see that both are there, then enter the candidate. The timer fires at a whole minute."""
        seconds = timer(self.where, revert_in, 30, 86_000)
        if not self.loaded:
            raise PushError(f"{self.where}: nothing is loaded")
        if self._pending():
            raise PushError(f"{self.where}: another change waits for its confirmation")
        name = self.own_name("MANRS-")
        try:
            self._arm(name, seconds)
        except Exception:
            with contextlib.suppress(Exception):
                self._disarm(name)
            raise
        self._configure([line for line in self.loaded.splitlines() if line.strip()])
        if self._pending() != name:
            raise PushError(f"{self.where}: the timer is not armed any more")

    def _arm(self, name: str, seconds: int) -> None:
        due = self._clock() + timedelta(seconds=seconds + 59)
        back = [f"rollback running-config checkpoint {name} {how}" for how in ("atomic", "best-effort")]
        gone = ["configure terminal", f"no scheduler schedule name {JOB}", f"no scheduler job name {JOB}"]
        self._configure([f"scheduler job name {JOB}", " ; ".join(["terminal dont-ask", *back, *gone]), "exit"])
        self._configure([f"scheduler schedule name {JOB}", f"job name {JOB}", f"time start {due:%Y:%m:%d:%H:%M}", "exit"])
        said = self._run(f"checkpoint {name}")
        if self._pending() != name or f"time start {due:%Y:%m:%d:%H:%M}" not in self._raw():
            raise PushError(f"{self.where}: the timer was not armed; nothing was changed")
        if name not in self._run("show checkpoint summary"):
            raise PushError(f"{self.where}: the checkpoint was not taken; nothing was changed: {said.strip()[:200]}")

    def confirm_commit(self) -> None:
        """Remove the timer, see that it had not fired, then save. NotSavedError when only the saving failed."""
        self._mine()
        before = statements(self._raw())
        self._configure([f"no scheduler schedule name {JOB}"])
        now = self._raw()
        if (
            f"scheduler schedule name {JOB}\n" in now
            or statements(now) != before
            or self.change not in self._run("show checkpoint summary")
        ):
            raise PushError(f"{self.where}: the change was not confirmed: the timer fired meanwhile")
        self.loaded = ""
        self.save()

    def save(self) -> None:
        """Remove what is left of the timer and write the start-up configuration; NotSavedError when that fails."""
        try:
            self._disarm(self.change)
        except Exception as error:
            raise NotSavedError(f"{self.where}: the timer is off, but not removed, and nothing was saved: {error}") from None
        self.change = ""
        try:
            said = self._run("copy running-config startup-config")
        except Exception as error:
            raise NotSavedError(f"{self.where}: the start-up configuration was not written: {error}") from None
        if "Copy complete" not in said:
            raise NotSavedError(f"{self.where}: the start-up configuration was not written: {said.strip()[:200]}")

    def has_pending_commit(self) -> bool:
        """Whether a change waits for its confirmation, of whomever."""
        return bool(self._pending())

    def rollback(self) -> None:
        """Roll back to the checkpoint, then remove the timer; nothing is saved."""
        if not self._begun():
            self._disarm("")
            return
        self._mine()
        self.restore()

    def _begun(self) -> bool:
        """False where arming the timer was cut short: a job that nothing schedules, and no checkpoint, so no line was entered either. Such a job
        never runs, so it would wait for ever. Both are looked at, as one answer may be damaged."""
        if self._pending() not in (self.change, "unknown") or f"scheduler schedule name {JOB}\n" in self._raw():
            return True
        held = self._run("show checkpoint summary")
        return self.change in held or bool(held.strip() and "heckpoint" not in held)

    def restore(self) -> None:
        """Roll back to the checkpoint of this change, timer or not: lines that were under way may arrive after it fired."""
        said = self._run(f"rollback running-config checkpoint {self.change} atomic")
        if "completed" not in said.lower() and "patch is empty" not in said.lower():
            raise PushError(f"{self.where}: the router did not roll back: {said.strip()[:200]}")
        self._disarm(self.change)
        self.change = ""

    def discard_config(self) -> None:
        """Forget the candidate, and the checkpoint that a timer of this change left behind."""
        self.driver.discard_config()
        self.loaded = ""
        if self.change and not self._pending():
            self._run(f"no checkpoint {self.change}")

    def close(self) -> None:
        """End the session; the driver over NX-API has nothing to close."""
        self.driver.close()

    def _disarm(self, name: str) -> None:
        """Remove schedule, job and checkpoint; what is refused once is tried again, since it would be in the way of the next push."""
        for last in (False, False, True):
            try:
                text = self._raw()
                held = [kind for kind in ("schedule", "job") if f"scheduler {kind} name {JOB}\n" in text]
                if held:
                    self._configure([f"no scheduler {kind} name {JOB}" for kind in held])
                if name:
                    self._run(f"no checkpoint {name}")
                return
            except Exception:
                if last:
                    raise

    def _pending(self) -> str:
        """Checkpoint that the job of a timer would roll back to; `unknown` for a job that cannot be read."""
        own = "".join(OWN.findall(self._raw()))
        found = CHECKPOINT.search(own)
        return found[1] if found else "unknown" if own else ""

    def _mine(self) -> None:
        pending = self._pending()
        if not pending:
            raise PushError(f"{self.where}: no change waits for its confirmation")
        if pending != self.change:
            raise PushError(f"{self.where}: the change that waits for its confirmation ({pending}) is not of this push")

    def _clock(self) -> datetime:
        said = self._run("show clock")
        found = CLOCK.search(said)
        if not found:
            raise PushError(f"{self.where}: the clock of the router cannot be read: {said.strip()[:100]!r}")
        return datetime.strptime(" ".join(found.groups()), "%H:%M:%S %b %d %Y").replace(tzinfo=UTC)

    def _raw(self) -> str:
        text = self._run("show running-config")
        if not re.search(r"^(?:version|hostname|feature) ", text, re.MULTILINE):
            raise PushError(f"{self.where}: the running configuration cannot be read: {text.strip()[:100]!r}")
        return text if text.endswith("\n") else text + "\n"

    def _run(self, command: str) -> str:
        said = str(self.within(command, lambda: self.driver._send_command(command, raw_text=True)) or "")
        wrong = ERROR.search(said) if not command.startswith("show ") else None
        if wrong:
            raise PushError(f"{self.where}: {command}: {wrong[0].strip()}")
        return said

    def _configure(self, lines: list[str]) -> None:
        """Enter lines, one by one; the first that is refused raises, what was entered before it stays until the timer or a rollback."""
        said = self.within("configure", lambda: self.driver._send_config(lines))
        wrong = ERROR.search(said) if isinstance(said, str) else None
        if wrong:
            raise PushError(f"{self.where}: the router refused a line: {wrong[0].strip()}")


def hidden(text: str) -> str:
    """A configuration without the job and the schedule of the timer."""
    return OWN.sub("", text)


def statements(text: str) -> list[str]:
    """The lines that configure something, the timer's own left out; the head of the text tells the time."""
    return [line for line in hidden(text).splitlines() if line.strip() and not line.startswith("!")]


def guarded(driver: Any) -> NxosSession:
    """The driver, guarded; NoRevertError when the router has no scheduler."""
    running = driver.get_config(retrieve="running")["running"]
    if not re.search(r"^feature scheduler$", running, re.MULTILINE):
        raise NoRevertError(f"{driver.hostname}: no safe way back: configure `feature scheduler`, which the revert timer needs")
    return NxosSession(driver)
