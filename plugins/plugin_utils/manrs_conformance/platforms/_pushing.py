"""What pushing platforms do alike."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from ..errors import PushError
from ..model.plan import behind, is_owned
from ..model.policy import Attachment, Filter
from ..model.router import Interface, Router, Session
from . import _mapcopy, _owned, _stated
from ._carry import Block, Form


class Steady:
    """A platform that shows nothing of its policies beside its configuration, and runs refresh commands on its command line."""

    form: ClassVar[Form]
    inside: ClassVar[bool] = False
    """Whether owned policies always stand in the block of a family, also where the operator's stand outside."""
    undo: ClassVar[str] = "no"
    """The word that takes a statement of a session away, so that what its group says holds again."""
    write: ClassVar[Callable[..., str]]

    @abstractmethod
    def parse(self, text: str, state: Mapping[str, str]) -> Router:
        """See `base.Platform`."""

    @abstractmethod
    def merge(self, running: str, candidate: str) -> str:
        """See `base.MergePlatform`."""

    def predict_state(self, state: Mapping[str, str], candidate: str) -> Mapping[str, str]:
        """Live outputs after the candidate: as before."""
        return state

    def operate(self, driver: Any, commands: tuple[str, ...]) -> None:
        """Run refresh commands on an open driver; PushError at one that the router refuses, for drivers give that back as text."""
        if not commands:
            return

        def call() -> Mapping[str, Any]:
            return dict(driver.cli(list(commands)))

        # A guarded session limits the silence; its driver alone may have no limit any more.
        within = getattr(driver, "within", None)
        for command, said in (within("refresh", call) if within else call()).items():
            wrong = re.search(r"^\s*%.*", str(said), re.MULTILINE)
            if wrong:
                raise PushError(f"{driver.hostname}: {command}: {wrong[0].strip()}")

    def outdated(self, router: Router, running: str) -> frozenset[tuple[str, str]]:
        """Sides of sessions (key, `import` or `export`) whose owned policy holds the operator's as it was before a change."""
        return frozenset(
            (session.key, "import" if side == "in" else "export")
            for session in router.sessions
            for side, one in _attached(session)
            if one.kind == "route-map" and (existing := behind(one.name)) and _mapcopy.outdated(running, one.name, existing)
        )

    def tidy(self, running: str) -> str:
        """A fragment that takes away owned definitions to which nothing refers any more; empty when there are none."""
        return "".join(f"{line}\n" for line in _owned.unused(running))

    def removal(self, running: str, base: str) -> str:
        """A fragment that takes away everything owned, and sets limits and source validation as they were in `base`, the configuration
        before the first push; empty when there is nothing."""
        now, was = self.parse(running, {}), self.parse(base, {})
        blocks = [replace(one, policies=tuple(f"{self.undo} {line}" for line in one.policies)) for one in self._owned_blocks(now)]
        interfaces = {one.name: lines for one in now.interfaces if (lines := self._guards_off(one, was, base))}
        bare = self.parse(self.merge(running, self.write(blocks, interfaces, running, now.local_as or 0)), {})
        blocks = [self._restored(one, running, base, now, bare) for one in self._owned_blocks(now)]
        text = self.write([one for one in blocks if one.lines], interfaces, running, now.local_as or 0)
        return (text + self.tidy(self.merge(running, text)) if text else self.tidy(running)) + self.uncached(running, base)

    def uncached(self, running: str, base: str) -> str:
        """A fragment that takes away the RPKI caches that a push configured; none where none can be planned."""
        return ""

    def called(self, existing: str, owned: Filter, running: str) -> str:
        """The operator's policy of an owned one as a session refers to it."""
        return existing

    def _owned_blocks(self, router: Router) -> Iterator[Block]:
        """Every session, with its references to owned policies."""
        for one in router.sessions:
            owned = [(side, had.name) for side, had in _attached(one) if is_owned(had.name)]
            lines = tuple(self.form.attached(one.neighbor, name, side) for side, name in owned)
            yield Block(one.vrf, one.neighbor, one.family, lines)

    def _restored(self, block: Block, running: str, base: str, now: Router, bare: Router) -> Block:
        """The statements that give a session what the operator had: a reference of its own only where none is inherited, or where it had one to
        a policy that does not exist."""
        session, left = (one.session(block.neighbor, block.family, block.vrf) for one in (now, bare))
        if session is None or left is None:
            return Block(block.vrf, block.neighbor, block.family)
        policies = []
        inherited = {side: one.name for side, one in _attached(left)}
        for side, one in _attached(session):
            if not is_owned(one.name):
                continue
            existing = behind(one.name)
            stated = _stated.policy(base, block, side, inside=self.inside)
            if stated is not None and existing in (None, inherited.get(side)):
                policies.append(stated)
            elif existing is None or inherited.get(side) == existing:
                policies.append(f"{self.undo} {self.form.attached(block.neighbor, one.name, side)}")
            else:
                policies.append(self.form.attached(block.neighbor, self.called(existing, one, running), side))
        held, stated = _stated.limit(running, block), _stated.limit(base, block)
        gone = f"{self.undo} {self.form.limited(block.neighbor, session.max_prefix or 0)}"
        return replace(block, policies=tuple(policies), limits=() if held in (None, stated) else (stated or gone,))

    def _guards_off(self, face: Interface, was: Router, base: str) -> list[str]:
        before = next((one for one in was.interfaces if one.name == face.name), None)
        out = [
            f"no {self.form.acl[afi].format(name=name)}"
            for afi, name in ((4, face.acl_in_v4), (6, face.acl_in_v6))
            if name and is_owned(name)
        ]
        if face.urpf_v4 == "strict" and before is not None and before.urpf_v4 != "strict":
            start = self.form.urpf.partition(" source ")[0]
            out.append(_stated.guard(base, face.name, start) or f"no {self.form.urpf}")
        return out


def _attached(session: Session) -> Iterator[tuple[str, Filter]]:
    """Route-maps or policies of a session by side."""
    sides: tuple[tuple[str, Attachment], ...] = (("in", session.inbound), ("out", session.outbound))
    for side, attachment in sides:
        for one in attachment.filters:
            if one.kind in ("route-map", "route-policy"):
                yield side, one
