"""From an open driver to a Snapshot: only commands of the platform's allow-list are ever sent."""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from .errors import CollectionError, InputError
from .model.snapshot import Snapshot

CONFIG_KEYS = frozenset({"config", "running"})


class Driver(Protocol):
    """What collection needs of a NAPALM driver."""

    hostname: str

    def get_config(self, retrieve: str = ..., full: bool = ..., sanitized: bool = ..., format: str = ...) -> Mapping[str, str]:
        """Configuration texts by kind."""

    def cli(self, commands: list[str], encoding: str = ...) -> Mapping[str, Any]:
        """Output of show commands."""


@runtime_checkable
class StateDriver(Protocol):
    """A driver that runs a whole set of read-only commands in one go."""

    def collect(self, commands: Mapping[str, str]) -> Mapping[str, str]:
        """Output by key."""


def now() -> str:
    """The present time as RFC 3339 UTC, whole seconds."""
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def snapshot(host: str, platform: str, driver: Driver, commands: Mapping[str, str], *, verified: bool | None = None) -> Snapshot:
    """Read the running configuration and the state outputs of one router; CollectionError names what could not be read."""
    started = now()
    try:
        config = driver.get_config(retrieve="running")["running"]
    except Exception as error:  # any driver, any transport: told to the operator as "could not be read"
        raise CollectionError(f"{host}: the running configuration could not be read: {_plain(error)}") from None
    if not config.strip():
        raise CollectionError(f"{host}: the running configuration came back empty; check the account's privileges")
    wanted = {key: command for key, command in commands.items() if key not in CONFIG_KEYS}
    state = _state(host, driver, wanted)
    clock = state.get("clock", "").strip() or None
    return Snapshot(
        host=host,
        platform=platform,
        config=config,
        state=state,
        collected_at=started,
        device_clock=clock,
        transport="napalm",
        address=str(getattr(driver, "hostname", host)),
        verified=verified,
    )


def _state(host: str, driver: Driver, commands: Mapping[str, str]) -> dict[str, str]:
    if not commands:
        return {}
    try:
        if isinstance(driver, StateDriver):
            return dict(driver.collect(commands))
        out = driver.cli(list(commands.values()))
    except Exception as error:  # see snapshot()
        raise CollectionError(f"{host}: state could not be read: {_plain(error)}") from None
    return {key: str(out.get(command, "")) for key, command in commands.items()}


def _plain(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]


def save(one: Snapshot, directory: Path) -> Path:
    """Write a snapshot as one JSON file, readable by its owner only; returns the path."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = directory / f"{safe_name(one.host)}.snapshot.json"
    data = {name: getattr(one, name) for name in one.__slots__}
    data["state"], data["facts"] = dict(one.state), dict(one.facts)
    temporary = path.with_suffix(".tmp")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(data, file, sort_keys=True)
    temporary.replace(path)
    return path


def load(path: Path) -> Snapshot:
    """Read a snapshot that `save` wrote; InputError names the file."""
    try:
        return Snapshot(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise InputError(f"{path}: not a snapshot: {error}") from None


def safe_name(host: str) -> str:
    """A host name as a file name: anything but letters, digits, dot, dash and underscore becomes an underscore."""
    text = "".join(c if c.isalnum() or c in "._-" else "_" for c in host)
    return text.lstrip(".") or "_"
