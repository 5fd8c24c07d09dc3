"""Junos under a push: one exclusive lock from load to commit, `commit confirmed` by the whole minute, a rollback of its own commit only.

What NAPALM's `junos` driver does otherwise: it gives the lock back after a confirmed commit and takes none for the confirmation, so that
`confirm_commit` and `rollback` (`rollback 1` and a commit) hit whatever somebody else committed meanwhile; it raises where `revert_in` is no whole number
of minutes, and reads a pending commit from the comment that the router gives it, which a comment of ours would replace.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from ...errors import NoRevertError, PushError
from .._guard import Guarded, text_of, timer

MOST = 86_400
"""A day; `commit confirmed` itself takes up to 65535 minutes."""


class JunosSession(Guarded):
    """A session of NAPALM's `junos` driver, guarded; `change` is the revision of its commit."""

    def load_merge_candidate(self, filename: str | None = None, config: str | None = None) -> None:
        """Lock the candidate, and load text with tags or configuration commands; whatever fails gives the lock back."""
        self._load(text_of(filename, config), self.driver.load_merge_candidate)

    def load_replace_candidate(self, filename: str | None = None, config: str | None = None) -> None:
        """The same with a whole configuration (`load override`)."""
        self._load(text_of(filename, config), self.driver.load_replace_candidate)

    def _load(self, text: str, load: Callable[..., None]) -> None:
        try:
            self._lock()
            if str(self.within("compare", self.driver.compare_config)).strip():
                raise PushError(
                    f"{self.where}: the candidate holds changes of somebody else that are not committed; look at them first"
                )
            self.within("load", lambda: load(config=text))
        except Exception:
            with contextlib.suppress(Exception):
                self.discard_config()
            raise
        self.loaded = text

    def compare_config(self) -> str:
        """`show | compare` of the candidate."""
        return str(self.within("compare", self.driver.compare_config))

    def commit_config(self, message: str = "", revert_in: int | None = None) -> None:
        """Commit, to be confirmed within the time, which counts whole minutes (rounded up); the lock is kept until then or until the session ends.

        The message is not handed on: the router says in the comment of the commit how long it waits.
        """
        seconds = timer(self.where, revert_in, 30, MOST)
        if not self.loaded:
            raise PushError(f"{self.where}: nothing is loaded")
        before = self._revision()
        minutes = -(-seconds // 60)
        self.within("commit", lambda: self.driver.device.cu.commit(confirm=minutes, ignore_warning=self.driver.ignore_warning))
        self.change = self._revision()
        if self.change == before:
            raise PushError(f"{self.where}: the router shows no new commit")

    def confirm_commit(self) -> None:
        """Confirm the own commit; PushError where another one has taken its place or its timer has ended."""
        self._own()
        if not self.has_pending_commit():
            raise PushError(f"{self.where}: the commit {self.change} does not wait any more: its timer has ended")
        self._lock()
        try:
            self._own()
            self.within("confirm", lambda: self.driver.device.cu.commit(ignore_warning=self.driver.ignore_warning))
        finally:
            self._unlock()
        self.change = self.loaded = ""

    def has_pending_commit(self) -> bool:
        """Whether a confirmed commit waits, of whomever."""
        return bool(self.within("pending", self.driver.has_pending_commit))

    def rollback(self) -> None:
        """Restore what ran before the own commit, at once; PushError where it is not the last one."""
        self._own()
        self._lock()
        try:
            self._own()
            self.within("rollback", lambda: self.driver.device.cu.rollback(rb_id=1))
            self.within("commit", lambda: self.driver.device.cu.commit(ignore_warning=self.driver.ignore_warning))
        except Exception:
            with contextlib.suppress(Exception):
                self.within("discard", lambda: self.driver.device.cu.rollback(rb_id=0))
            raise
        finally:
            with contextlib.suppress(Exception):
                self._unlock()
        self.change = self.loaded = ""

    def discard_config(self) -> None:
        """Drop the candidate and give the lock back, each whether or not the other works; what others hold is not touched."""
        if not self.driver.locked:
            self.loaded = ""
            return
        with contextlib.suppress(Exception):
            self.within("discard", lambda: self.driver.device.cu.rollback(rb_id=0))
        self.loaded = ""
        self._unlock()

    def close(self) -> None:
        """Give the lock back and end the session."""
        with contextlib.suppress(Exception):
            self._unlock()
        super().close()

    def _lock(self) -> None:
        try:
            self.within("lock", self.driver._lock)
        except Exception as error:
            raise PushError(f"{self.where}: the configuration is locked by somebody else: {error}") from None

    def _unlock(self) -> None:
        self.within("unlock", self.driver._unlock)

    def _revision(self) -> str:
        """The revision of the last commit (`show system commit revision`)."""
        said = self.within("revision", lambda: self.driver.device.rpc.get_commit_revision_information(detail=True))
        found = said.find("./revision")
        if found is None or not (found.text or "").strip():
            raise PushError(f"{self.where}: the router does not say which commit is the last")
        return str(found.text).strip()

    def _own(self) -> None:
        if not self.change:
            raise PushError(f"{self.where}: this session has committed nothing")
        last = self._revision()
        if last != self.change:
            raise PushError(f"{self.where}: the last commit ({last}) is not of this push ({self.change}): look at the router")


def guarded(driver: Any) -> JunosSession:
    """The driver, guarded; NoRevertError where the router cannot say whether a commit waits (before 14.1)."""
    where = driver.hostname
    if getattr(driver, "config_private", False):
        raise PushError(f"{where}: a private candidate is not locked against others: leave `config_private` off")
    if getattr(driver, "lock_disable", False):
        raise PushError(f"{where}: a push locks the candidate by itself: leave `lock_disable` off")
    if getattr(driver, "junos_config_database", "committed") not in ("committed", "candidate"):
        raise PushError(f"{where}: an ephemeral database is not pushed to: leave `junos_config_database` at `committed`")
    made = JunosSession(driver)
    try:
        made._revision()
    except PushError:
        raise
    except Exception as error:
        raise NoRevertError(f"{where}: no safe way back: the router does not show the revisions of its commits ({error})") from None
    # The driver would otherwise give the lock back by itself after a commit, before it is confirmed.
    driver.session_config_lock = True
    return made
