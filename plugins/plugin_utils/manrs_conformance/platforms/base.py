"""What a platform offers to the engine: commands and parser for an audit, merge for the gate, a renderer, and the session of a push."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from ..collect import Driver
from ..model.plan import Plan, Rendered
from ..model.router import Router

READS = re.compile(
    r"(?:show [^\n;|&<>`$]+(?: \| (?:json|section \S.*|include \S.*))?"
    r"|vtysh -c 'show [^\n';|&<>`$]+'|date -u \+[%A-Za-z:-]+|cat /proc/[a-z/]+|sysctl -a -r [^\s;|&<>`]+|nft -j list ruleset|ip -j addr show)"
)


@dataclass(frozen=True, slots=True)
class Commands:
    """The allow-list of what an audit sends to a router: nothing else may be sent, and none of these changes anything.

    `config` shows the running configuration. `state` maps the key under which the output is handed to `parse` to the command. Keys
    in `optional` may fail without making the router unreadable; keys in `large` are sent only when the routing table is small (see
    `large_limit`); keys in `privileged` may be sent with `sudo -n ` in front.

    `getters` maps state keys to the NAPALM getters that stand in where a driver has no command line. `session` is what the drivers send by
    themselves, to open a session, to hold it, to read the configuration: with `allowed()` it is all that an account for audits needs.
    A text that could do more than read is a ValueError.
    """

    config: str
    state: Mapping[str, str] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()
    large: frozenset[str] = frozenset()
    large_limit: int = 20_000
    privileged: frozenset[str] = frozenset()
    getters: Mapping[str, str] = field(default_factory=dict)
    session: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        for text in (self.config, *self.state.values()):
            if not READS.fullmatch(text):
                raise ValueError(f"not a command that only reads: {text!r}")
        for name in self.getters.values():
            if not re.fullmatch(r"get_[a-z_]+", name):
                raise ValueError(f"not a getter: {name!r}")

    def allowed(self) -> frozenset[str]:
        """Every text that may be sent, privileged forms included."""
        sudo = {f"sudo -n {self.state[key]}" for key in self.privileged}
        return frozenset({self.config, *self.state.values(), *sudo})


@runtime_checkable
class Platform(Protocol):
    """One router operating system; found by the name of its folder."""

    name: str
    comment: str
    commands: Commands

    def parse(self, text: str, state: Mapping[str, str]) -> Router:
        """The meaning of a configuration and the live outputs in `state` (by key of `commands.state`); never raises on any text."""
        ...


@runtime_checkable
class MergePlatform(Platform, Protocol):
    """A platform whose own rules of loading a fragment of configuration are known."""

    def merge(self, running: str, candidate: str) -> str:
        """The configuration that the router would show after loading the fragment `candidate` onto `running`.

        A line whose effect on the running text is not known stays in the result where the parser reports it, so that it taints what it
        could change. MergeError names a line that the router would refuse.
        """
        ...


@runtime_checkable
class CandidatePlatform(Platform, Protocol):
    """A platform with a candidate beside the running configuration, which staging does not touch and which the router shows."""

    shows_candidate: bool


class PushDriver(Driver, Protocol):
    """What a push needs of an open session to a router."""

    def load_merge_candidate(self, filename: str | None = None, config: str | None = None) -> None:
        """Stage a candidate without touching the running configuration."""

    def load_replace_candidate(self, filename: str | None = None, config: str | None = None) -> None:
        """Stage a whole configuration in the place of the running one."""

    def compare_config(self) -> str:
        """The device's own difference between running and candidate."""

    def commit_config(self, message: str = "", revert_in: int | None = None) -> None:
        """Apply the candidate; with `revert_in` the device reverts by itself unless confirmed within that many seconds."""

    def confirm_commit(self) -> None:
        """Keep a pending commit, and make it the configuration of the next start."""

    def has_pending_commit(self) -> bool:
        """Whether a commit waits for confirmation."""

    def rollback(self) -> None:
        """Restore what was running before the last commit."""

    def discard_config(self) -> None:
        """Drop a staged candidate."""

    def close(self) -> None:
        """End the session."""


@runtime_checkable
class RenderPlatform(MergePlatform, Protocol):
    """A platform that a conformant configuration can be rendered for."""

    def render(self, plan: Plan, router: Router, running: str, templates: Path | None = None) -> Rendered:
        """The candidate of a plan for a router that runs the configuration `running`; templates of the operator in `templates` replace the
        shipped ones. A part that the platform cannot do without harm is left out, with its reason in `Plan.left`."""
        ...

    def predict_state(self, state: Mapping[str, str], candidate: str) -> Mapping[str, str]:
        """The live outputs as they would read after `candidate`, where it changes what they show."""
        ...


@runtime_checkable
class CopyingPlatform(RenderPlatform, Protocol):
    """A platform whose owned policies hold copies of the operator's, as it cannot call or chain them."""

    def outdated(self, router: Router, running: str) -> frozenset[tuple[str, str]]:
        """Sides of sessions (key, `import` or `export`) whose owned policy holds the operator's as it was before a change."""
        ...


@runtime_checkable
class TidyPlatform(RenderPlatform, Protocol):
    """A platform whose old generations of owned definitions stay until they are taken away."""

    def tidy(self, running: str) -> str:
        """A fragment, one command a line, that takes away owned definitions to which nothing refers any more; empty when there are none."""
        ...

    def removal(self, running: str, base: str) -> str:
        """A fragment that takes away everything owned, after which the router is as it was in `base`; empty when there is nothing."""
        ...


@runtime_checkable
class BesidePlatform(TidyPlatform, Protocol):
    """A platform on which a candidate also changes what its configuration does not show."""

    def beside(self, state: Mapping[str, str]) -> str | None:
        """What live outputs show of it, in lines that follow the configuration where `removal` takes it; None where they do not tell."""
        ...


@runtime_checkable
class CachePlatform(RenderPlatform, Protocol):
    """A platform that RPKI caches can be configured on."""

    def asking(self, router: Router, caches: Sequence[tuple[str, int]]) -> str:
        """A fragment that has a router ask these caches (address and port), and compute validation states of what external neighbours send."""
        ...


@runtime_checkable
class PushPlatform(RenderPlatform, Protocol):
    """A platform that a rendered configuration can be pushed to."""

    def after(self, running: str, diff: str) -> str | None:
        """The running configuration that the device's own `diff` leads to; None where the device only approximates it; ValueError when
        the diff does not fit."""
        ...

    def refresh(self, plan: Plan) -> tuple[str, ...]:
        """Commands that make routes pass the filters of a plan again."""
        ...

    def operate(self, driver: Any, commands: tuple[str, ...]) -> None:
        """Run refresh commands on an open driver."""
        ...

    def guarded(self, driver: Any) -> PushDriver:
        """An open NAPALM driver with what it lacks for a push (a timer that reverts, a true rollback, escaping) added, and its defects
        kept away; PushError when the router cannot take a change back by itself."""
        ...
