"""IOS and IOS-XE under a push: `configure terminal revert timer` (Configuration Rollback Confirmed Change), errors of a merge, no saving before
the confirmation.

What NAPALM's driver does otherwise: it turns `file prompt quiet` on in the running configuration for as long as its session lives, takes a
merge for good unless the router says "Invalid input", rounds the timer down, saves the configuration after a rollback (also what an operator
had not saved), reads silence about the timer as "nothing pending", and raises at a commit message.
"""

from __future__ import annotations

import contextlib
import re
from typing import Any

from ...errors import NoRevertError, NotSavedError, PushError
from .._guard import Guarded, text_of, timer

ARCHIVE = re.compile(r"^archive\n(?: .*\n)*? path \S", re.MULTILINE)
LEAST, MOST = 30, 7200
BEFORE = "manrs-before.cfg"
NOTHING = "No Rollback Confirmed Change pending"
ERROR = re.compile(r"^\s*%.*$", re.MULTILINE)


class IosSession(Guarded):
    """A session of NAPALM's `ios` driver, guarded."""

    def load_merge_candidate(self, filename: str | None = None, config: str | None = None) -> None:
        """Put the candidate into the file system of the router; nothing is entered."""
        text = text_of(filename, config)
        text = text if text.endswith("\nend\n") else text + "end\n"
        self.within("load", lambda: self.driver.load_merge_candidate(config=text), seconds=60 + len(text) / 10_000)
        self.loaded = text

    def own_name(self, prefix: str) -> str:
        """IOS names no change: the one that waits is told by the time its timer was set, which is not known before."""
        self.change = self.change or "any"
        return self.change

    def load_replace_candidate(self, filename: str | None = None, config: str | None = None) -> None:
        """Put a whole configuration into the file system of the router."""
        text = text_of(filename, config)
        self.within("load", lambda: self.driver.load_replace_candidate(config=text), seconds=60 + len(text) / 10_000)
        self.loaded = text

    def compare_config(self) -> str:
        """What the router says it would enter (`show archive config incremental-diffs`)."""
        diff = str(self.within("compare", self.driver.compare_config))
        if "incremental-diff failed" in diff or "error 5" in diff or ERROR.search(diff):
            raise PushError(f"{self.where}: the router cannot show what the candidate would change: {diff.splitlines()[0]}")
        return diff

    def commit_config(self, message: str = "", revert_in: int | None = None) -> None:
        """Arm the timer, see that it is armed, then enter the candidate; the timer counts whole minutes, rounded up."""
        minutes = -(-timer(self.where, revert_in, LEAST, MOST) // 60)
        if not self.loaded:
            raise PushError(f"{self.where}: nothing is loaded")
        if self.has_pending_commit():
            raise PushError(f"{self.where}: another change waits for its confirmation")
        self.change = "any"
        if self.driver.config_replace:
            said = self._run(f"configure replace {self._file()} force revert timer {minutes}")
            if ERROR.search(said) or "Rollback Done" not in said:
                raise PushError(f"{self.where}: the configuration was not replaced: {said.strip()[:200]}")
            self.change = self._pending().get("configured", "any")
            return
        self._kept(self._run(f"copy running-config {self._before()}"))
        self.within("revert timer", lambda: self._arm(minutes))
        pending = self._pending()
        if not pending:
            raise PushError(f"{self.where}: the revert timer was not armed; nothing was changed")
        self.change = pending["configured"]
        said = self._run(f"copy {self._file()} running-config")
        wrong = ERROR.search(said)
        if wrong or "bytes copied" not in said:
            why = wrong[0].strip() if wrong else "the router does not say that it copied the candidate"
            raise PushError(f"{self.where}: the candidate was not entered as it is: {why}")
        if not self._pending():
            raise PushError(f"{self.where}: the revert timer is not armed any more")

    def _kept(self, said: str) -> None:
        if ERROR.search(said) or "bytes copied" not in said:
            raise PushError(f"{self.where}: the running configuration could not be kept on the router: {said.strip()[:200]}")

    def restore(self) -> None:
        """Put back what ran before the timer was armed: lines that were under way may arrive after it fired."""
        said = self._run(f"configure replace {self._before()} force")
        if ERROR.search(said) or "Rollback Done" not in said:
            raise PushError(f"{self.where}: the configuration was not restored: {said.strip()[:200]}")

    def _before(self) -> str:
        return self._path(BEFORE)

    def _arm(self, minutes: int) -> None:
        device = self.driver.device
        said = device.send_command(
            f"configure terminal revert timer {minutes}", expect_string=r"(?:\(config[^)]*\)#|[#>])\s*$", strip_prompt=False
        )
        if "(config" not in said:
            why = (ERROR.search(said) or [said.strip().splitlines()[0] if said.strip() else "no answer"])[0]
            raise PushError(f"{self.where}: the revert timer is not taken: {why.strip()}")
        device.send_command("end", expect_string=r"[^)]#\s*$")

    def confirm_commit(self) -> None:
        """Stop the timer, then save. NotSavedError when only the saving failed."""
        self._mine()
        said = self._run("configure confirm")
        if ERROR.search(said) or self._pending():
            raise PushError(f"{self.where}: the change was not confirmed: {said.strip()[:200]}")
        self.change = ""
        self.save()

    def save(self) -> None:
        """Write the start-up configuration; NotSavedError when it was not."""
        try:
            said = self._run("write memory")
        except Exception as error:
            raise NotSavedError(f"{self.where}: whether the start-up configuration was written is not known: {error}") from None
        with contextlib.suppress(Exception):
            self.discard_config()
        if "[OK]" not in said or ERROR.search(said):
            raise NotSavedError(f"{self.where}: the start-up configuration was not written: {said.strip().splitlines()[-1]}")

    def has_pending_commit(self) -> bool:
        """Whether a change waits for its confirmation, of whomever."""
        return bool(self._pending())

    def _pending(self) -> dict[str, str]:
        said = self._run("show archive config rollback timer")
        if NOTHING in said:
            return {}
        user, since = re.search(r"^User: (\S+)", said, re.MULTILINE), re.search(r"^Time configured[^:]*: (.*)", said, re.MULTILINE)
        if not user or not since:
            raise PushError(f"{self.where}: whether a change is pending cannot be read: {said.strip()[:200]!r}")
        return {"user": user[1], "configured": since[1].strip()}

    def _mine(self) -> None:
        pending = self._pending()
        if not pending:
            raise PushError(f"{self.where}: no change waits for its confirmation")
        if pending["user"] != self.driver.username or self.change not in ("any", pending["configured"]):
            raise PushError(f"{self.where}: the change that waits for its confirmation is not of this push")

    def rollback(self) -> None:
        """Let the router restore what ran when the timer was armed; nothing is saved."""
        self._mine()
        said = self._run("configure revert now")
        if ERROR.search(said) or self._pending():
            raise PushError(f"{self.where}: the router did not revert: {said.strip()[:200]}")
        with contextlib.suppress(Exception):
            self.discard_config()
        self.change = self.loaded = ""

    def discard_config(self) -> None:
        """Delete the files of this change."""
        if self.loaded or self.change:
            for path in (self._file(), self._before()):
                wrong = ERROR.search(self._run(f"delete /force {path}"))
                if wrong and "No such file" not in wrong[0]:
                    raise PushError(f"{self.where}: {path} was not deleted: {wrong[0].strip()}")
        self.loaded = ""

    def _file(self) -> str:
        driver = self.driver
        return self._path(driver.candidate_cfg if driver.config_replace else driver.merge_cfg)

    def _path(self, name: str) -> str:
        """A file with its file system, for which the driver asks the router."""
        return str(self.within("file system", lambda: self.driver._gen_full_path(name)))

    def _run(self, command: str) -> str:
        """The answer to a command; the prompts for a file name are answered with what the router proposes."""
        device = self.driver.device
        end = rf"(?:{re.escape(device.base_prompt)}[^\n]*[#>]|\]\?|confirm\])\s*$"

        def work() -> str:
            said = device.send_command(command, expect_string=end, strip_prompt=False)
            for _once in range(3):
                if not re.search(r"(?:\]\?|confirm\])\s*$", said):
                    break
                said += device.send_command(
                    "n" if "previous NVRAM" in said else "", expect_string=end, strip_prompt=False, cmd_verify=False
                )
            return str(said)

        return str(self.within(command, work))


def guarded(driver: Any) -> IosSession:
    """The driver, guarded; NoRevertError when the router has no archive to revert from, PushError when it takes no files."""
    running = driver.get_config(retrieve="running")["running"]
    where = driver.hostname
    if not ARCHIVE.search(running):
        raise NoRevertError(f"{where}: no safe way back: configure `archive` with a `path`, which the revert timer needs")
    if not getattr(driver, "inline_transfer", False) and not re.search(r"^ip scp server enable", running, re.MULTILINE):
        raise PushError(f"{where}: the candidate cannot be copied to the router: configure `ip scp server enable`")
    return IosSession(driver)
