"""From an open driver to a Snapshot: only commands of the platform's allow-list are ever sent."""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from ..errors import CollectionError, InputError
from ..model.snapshot import Snapshot
from . import limits

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


def snapshot(
    host: str,
    platform: str,
    driver: Driver,
    commands: Mapping[str, str],
    *,
    optional: frozenset[str] = frozenset(),
    getters: Mapping[str, str] | None = None,
    verified: bool | None = None,
) -> Snapshot:
    """Read the running configuration and the state outputs of one router; CollectionError names what could not be read.

    `commands` are the show commands by key; a router may refuse those in `optional`, which are then left out. `getters` stand in for all
    of them where the driver has no command line. Each answer is limited in time (see `limits`); a session that fails its limit is cut.
    """
    started = now()
    watch = limits.watch_driver(driver, float(getattr(driver, "timeout", 60) or 60))
    try:
        config = _config(host, driver, watch)
        wanted = {key: command for key, command in commands.items() if key not in CONFIG_KEYS}
        state = _state(host, driver, watch, wanted, optional, getters or {})
    except CollectionError:
        limits.cut(driver)
        raise
    finally:
        limits.unwatch(driver, watch)
    return Snapshot(
        host=host,
        platform=platform,
        config=config,
        state=state,
        collected_at=started,
        device_clock=state.get("clock", "").strip() or None,
        transport="napalm",
        address=str(getattr(driver, "hostname", host)),
        verified=verified,
    )


def _config(host: str, driver: Driver, watch: limits.Watch) -> str:
    what = f"{host}: the running configuration did not come"
    try:
        config = limits.run(what, watch, lambda: driver.get_config(retrieve="running")["running"])
    except CollectionError:
        raise
    except Exception as error:  # any driver, any transport: told to the operator as "could not be read"
        raise CollectionError(f"{host}: the running configuration could not be read: {_plain(error)}") from None
    if not str(config).strip():
        raise CollectionError(f"{host}: the running configuration came back empty; check the account's privileges")
    return str(config)


def _state(
    host: str,
    driver: Driver,
    watch: limits.Watch,
    commands: Mapping[str, str],
    optional: frozenset[str],
    getters: Mapping[str, str],
) -> dict[str, str]:
    if not commands:
        return {}
    if isinstance(driver, StateDriver):
        try:
            return dict(driver.collect(commands))
        except Exception as error:  # see _config()
            raise CollectionError(f"{host}: state could not be read: {_plain(error)}") from None
    out: dict[str, str] = {}
    for key, command in commands.items():
        answer = _ask(f"{host}: no answer to: {command}", watch, lambda command=command: driver.cli([command]), key in optional)  # type: ignore[misc]
        if isinstance(answer, type):  # a driver without a command line says so with a class instead of an exception
            return {name: text for name, getter in getters.items() if (text := _get(host, driver, watch, getter))}
        if answer is not None:
            out[key] = str(answer.get(command, ""))
    return out


def _get(host: str, driver: Driver, watch: limits.Watch, getter: str) -> str:
    """What a NAPALM getter gives, as JSON."""
    answer = _ask(f"{host}: no answer to: {getter}", watch, getattr(driver, getter), False)
    return json.dumps(answer, sort_keys=True, default=str)


def _ask(what: str, watch: limits.Watch, call: Callable[[], Any], may_refuse: bool) -> Any:
    """An answer; None where the router refused a command that it may refuse. Anything else that goes wrong is no refusal."""
    try:
        return limits.run(what, watch, call)
    except CollectionError:
        raise
    except Exception as error:  # see _config()
        if may_refuse and _refusal(error):
            return None
        raise CollectionError(f"{what}: {_plain(error)}") from None


REFUSALS = frozenset({"CommandError", "CommandErrorException", "NXAPICommandError", "RpcError", "RPCError", "InvalidInputError"})
LOST = ("ConnectError", "ConnectClosedError", "RpcTimeoutError", "TimeoutExpiredError")


def _refusal(error: BaseException) -> bool:
    """Whether the router itself refused the command. By name, because the engine imports no driver; what NAPALM wraps without saying why
    (`Unable to execute`) is no refusal."""
    names = {one.__name__ for one in type(error).__mro__}
    return bool(names & REFUSALS) and not names & set(LOST) and "Unable to execute" not in str(error)


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
