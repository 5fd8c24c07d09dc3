"""The router's own word on a change: a candidate is staged on it, read back, and dropped again; nothing is ever committed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from .. import gate, platforms
from ..errors import InputError, ManrsError, MergeError, PushError
from ..model.snapshot import Snapshot
from ..platforms import Platform, PushPlatform
from .assess import Inputs
from .files import collect_device
from .fragments import Loaded, brought
from .gating import gate_inputs

MODES = ("merge", "replace")


def gate_on_device(
    host: str,
    platform: str,
    driver: Any,
    path: Path,
    inputs: Inputs,
    *,
    mode: str = "merge",
    verified: bool | None = None,
    strict: bool = False,
    ticket: str | None = None,
) -> gate.GateReport:
    """Judge what the router would hold after loading the file in `path`, a fragment (`merge`) or a whole configuration (`replace`).

    `driver` is an open NAPALM session of an account that may change the router. UsageError for a platform without a candidate: there staging
    writes to the running configuration. MergeError when the router refuses the text, PushError when it shows no candidate, another commit
    is pending, or the candidate could not be dropped again.
    """
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    rules = platforms.load_candidate(platform)
    before = collect_device(host, platform, driver, verified=verified)
    config = _staged(host, rules, driver, path, text, mode, before.config)
    _unchanged(host, rules, driver, before)
    state = rules.predict_state(before.state, text) if isinstance(rules, PushPlatform) else before.state
    loaded = Loaded(path, text, replace(before, config=config, state=state), brought(before.config, text, config))
    return gate_inputs([before], [loaded.snapshot], inputs, strict=strict, ticket=ticket, loaded=[loaded])[0]


def _staged(host: str, rules: Platform, driver: Any, path: Path, text: str, mode: str, running: str) -> str:
    """The configuration that the router shows with the text as its candidate; the candidate is dropped whatever happens."""
    if _pending(driver):
        raise PushError(f"{host}: refused, another commit waits for its confirmation on the router; nothing was staged")
    load = driver.load_replace_candidate if mode == "replace" else driver.load_merge_candidate
    try:
        try:
            load(config=text)
        except Exception as error:
            raise MergeError(f"{path}: {host} refuses it: {_first(error)}") from None
        return _candidate(host, rules, driver, running)
    except ManrsError:
        raise
    except Exception as error:
        raise PushError(f"{host}: its candidate could not be read: {_first(error)}") from None
    finally:
        _dropped(host, driver)


def _candidate(host: str, rules: Platform, driver: Any, running: str) -> str:
    diff = str(driver.compare_config())
    if not diff.strip():
        return running
    after = getattr(rules, "after", None)
    if after is not None:
        try:
            told = after(running, diff)
        except ValueError as error:
            raise PushError(f"{host}: the difference that it shows cannot be read back: {error}") from None
        if told is not None:
            return str(told)
    else:
        shown = str(driver.get_config(retrieve="candidate").get("candidate") or "")
        if shown.strip() and not _alike(rules, shown, running):
            return shown
    raise PushError(
        f"{host}: shows no candidate that can be read back; give the file to the gate as a fragment, without the router"
    )


def _dropped(host: str, driver: Any) -> None:
    """Drop what is staged and give the lock back; PushError when the router does not say that it did."""
    try:
        driver.discard_config()
    except Exception as error:
        raise PushError(
            f"{host}: the candidate could not be dropped and may still be staged or locked, though not committed: {_first(error)}"
        ) from None


def _unchanged(host: str, rules: Platform, driver: Any, before: Snapshot) -> None:
    """What runs is what ran: else somebody changed the router meanwhile, and nothing was compared with its base."""
    if not _alike(rules, str(driver.get_config(retrieve="running")["running"]), before.config):
        raise PushError(f"{host}: its running configuration changed while the candidate was looked at; nothing was judged")


def _alike(rules: Platform, one: str, two: str) -> bool:
    """Equal but for comments, which tell the time."""
    return _statements(rules, one) == _statements(rules, two)


def _statements(rules: Platform, text: str) -> list[str]:
    marks = (rules.comment, "!", "#", "Building", "Current")
    return [line.rstrip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith(marks)]


def _pending(driver: Any) -> bool:
    try:
        return bool(driver.has_pending_commit())
    except NotImplementedError:
        return False


def _first(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
