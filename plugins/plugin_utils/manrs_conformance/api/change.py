"""Planning a change and bringing it onto a router."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .. import platforms
from ..errors import BundleError, InputError, PushError
from ..model.plan import OWNED
from ..model.snapshot import Snapshot
from ..platforms.base import BesidePlatform, TidyPlatform
from ..push import apply as protocol
from ..push import device as pushing
from ..push import meaning, quiet
from ..push.journal import Journal
from .assess import Inputs, parse
from .bundles import verify_bundle
from .files import sha256


def prepare_push(
    snapshot: Snapshot, inputs: Inputs, templates: Path | None = None, *, expect_sha256: str | None = None
) -> pushing.Prepared:
    """Plan, render and gate a push without touching the router.

    With `expect_sha256` only the candidate that a gate judged is pushed: a digest of the fragment or of the whole configuration after it, the
    path of the gate's JSON (`manrs gate --format json`), or of its bundle. PushError when the candidate rendered now is another.
    """
    wanted = _expected(snapshot.host, expect_sha256) if expect_sha256 else None
    prepared = pushing.prepare(snapshot, inputs.intent, inputs.reference, templates=templates)
    if wanted is not None and prepared.text and wanted not in candidate_digests(prepared):
        raise PushError(
            f"{snapshot.host}: refused, the candidate is not the one that the gate judged: SHA-256 {wanted} was expected, "
            f"{candidate_digests(prepared)[0]} was rendered; nothing was changed: gate the new candidate"
        )
    return prepared


def render_json(prepared: pushing.Prepared) -> dict[str, Any]:
    """A candidate with what it leaves: reasons of the plan, and findings that go on failing."""
    return {
        "device": prepared.device,
        "platform": prepared.plan.platform,
        "candidate": prepared.text,
        "sha256": candidate_digests(prepared)[0],
        "left": list(prepared.plan.left),
        "remaining": [{"check": f.check, "subject": f.subject, "message": f.message} for f in prepared.remaining],
    }


def removal_json(snapshot: Snapshot, base: Snapshot) -> dict[str, Any]:
    """What takes away everything that pushes brought, since the configuration `base`, in the form of `render_json`; `left` is what then still
    differs, because somebody else changed it. PushError where nothing can be taken away."""
    platform = platforms.load_render(snapshot.platform)
    if not isinstance(platform, TidyPlatform):
        raise PushError(
            f"{snapshot.host}: on {snapshot.platform} owned definitions are taken away by hand: their names begin with {OWNED}"
        )
    unseen: list[str] = []
    states: tuple[Mapping[str, str], Mapping[str, str]] = ({}, {})
    now, was = snapshot.config, base.config
    if isinstance(platform, BesidePlatform):
        there, before = platform.beside(snapshot.state), platform.beside(base.state)
        if there is None or before is None:
            unseen = ["source validation is left as it is: the live outputs of now or of before do not tell of it"]
        else:
            now, was, states = now + there, was + before, (snapshot.state, base.state)
    text = platform.removal(now, was)
    after = platform.merge(snapshot.config, text) if text else snapshot.config
    found = platform.parse(after, platform.predict_state(states[0], text))
    changed = meaning.differences(platform.parse(base.config, states[1]), found)
    return {
        "device": snapshot.host,
        "platform": snapshot.platform,
        "candidate": text,
        "sha256": sha256(text),
        "left": [*unseen, *(f"not as in the configuration of before: {one}" for one in changed)],
        "remaining": [],
    }


def candidate_digests(prepared: pushing.Prepared) -> tuple[str, str]:
    """SHA-256 of what would be sent, and of the whole configuration after it."""
    return sha256(prepared.text), sha256(prepared.merged)


def _expected(host: str, given: str) -> str:
    """The digest that a gate named for the device; InputError when it names none, PushError when the gate did not let the change through."""
    if re.fullmatch(r"[0-9a-fA-F]{64}", given):
        return given.lower()
    path = Path(given)
    if path.is_dir():
        held = verify_bundle(path, None)
        if not held.ok:
            raise BundleError(f"{path}: {'; '.join(held.problems[:3])}")
        path = path / "data" / "gate.json"
    try:
        answer = json.loads(path.read_text("utf-8"))
        verdict, digest = answer["verdict"], answer["candidate"].get(host)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{given}: expected a SHA-256, the gate's JSON or its bundle: {error}") from None
    if verdict not in ("pass", "overridden"):
        raise PushError(f"{host}: refused, the gate's verdict in {path} is {verdict}")
    if not isinstance(digest, str):
        raise InputError(f"{path}: the gate judged no candidate of {host}")
    return digest


def push_device(
    snapshot: Snapshot,
    prepared: pushing.Prepared,
    connect: Callable[[], Any],
    inputs: Inputs,
    journal: Path,
    *,
    revert_in: int = 120,
    settle: float = 60.0,
    change_id: str = "",
    windows: Sequence[str] = (),
    no_revert_timer: bool = False,
) -> protocol.Pushed:
    """Push a prepared change by the whole protocol, within the change windows of the intent and those given."""
    return pushing.push(
        snapshot,
        prepared,
        connect,
        inputs.intent,
        inputs.reference,
        Journal(journal),
        pushing.Way(revert_in, settle, change_id, tuple(windows), no_revert_timer),
    )


def safe_candidate(snapshot: Snapshot, prepared: pushing.Prepared) -> str:
    """The candidate without secrets, such as a template may bring."""
    return quiet.cleaner(snapshot, parse(snapshot), prepared.merged, prepared.predicted)(prepared.text)


def safe_diff(snapshot: Snapshot, prepared: pushing.Prepared) -> str:
    """The planned difference without the secrets of the running configuration and of what it becomes."""
    return quiet.cleaner(snapshot, parse(snapshot), prepared.merged, prepared.predicted)(prepared.diff)
