"""The NAPALM session of a host: opened the way the engine wants it (verified, limited in time), kept as Nornir's own connection."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from manrs_conformance.collect import connection, names
from manrs_conformance.errors import UsageError
from nornir.core.inventory import Host
from nornir.core.plugins.connections import ConnectionPluginRegister
from nornir.core.task import Task
from nornir_napalm.plugins.connections import CONNECTION_NAME


def platform(task: Task) -> str:
    """Platform of the host, from the name that the inventory gives (`nxos_ssh`, `cisco_xr`, …)."""
    return names.platform_of(_system_name(task))


def session(task: Task) -> tuple[Any, bool | None]:
    """The open driver of the host and whether it verifies the router. A session that an earlier task opened is used as it is."""
    host = task.host
    stock = _stock()
    if CONNECTION_NAME in host.connections or stock is None:
        return host.get_connection(CONNECTION_NAME, task.nornir.config), _as_configured(task)
    planned = connection.plan(_wanted(task))
    plugin = stock()
    plugin.connection = _open(planned)
    host.connections[CONNECTION_NAME] = plugin
    return plugin.connection, planned.verified


def opener(task: Task) -> Callable[[], Any]:
    """A function that opens a fresh session to the host, beside Nornir's own connection."""
    if _stock() is not None:
        return partial(_open, connection.plan(_wanted(task)))
    given, config = _parameters(task), task.nornir.config

    def connect() -> Any:
        plugin = ConnectionPluginRegister.get_plugin(CONNECTION_NAME)()
        plugin.open(
            hostname=given.hostname,
            username=given.username,
            password=given.password,
            port=given.port,
            platform=given.platform,
            extras=given.extras,
            configuration=config,
        )
        return plugin.connection

    return connect


def verified(task: Task) -> bool | None:
    """Whether `opener`'s sessions verify the router."""
    return connection.plan(_wanted(task)).verified if _stock() is not None else _as_configured(task)


def secrets(host: Host) -> tuple[str, ...]:
    """What must not appear in a message about the host."""
    given = host.get_connection_parameters(CONNECTION_NAME)
    optional = _optional(given)
    found = (given.password, optional.get("secret"), optional.get("enable_password"), optional.get("passphrase"))
    return tuple(str(one) for one in found if one)


def _open(planned: connection.Connection) -> Any:
    from napalm import get_network_driver

    return connection.open_session(planned, get_network_driver(planned.driver))


def _stock() -> Any:
    """nornir_napalm's connection plugin; None where the inventory's environment registered another one under its name."""
    plugin = ConnectionPluginRegister.get_plugin(CONNECTION_NAME)
    return plugin if plugin.__module__.startswith("nornir_napalm.") else None


def _parameters(task: Task) -> Any:
    return task.host.get_connection_parameters(CONNECTION_NAME)


def _optional(given: Any) -> Mapping[str, Any]:
    return (given.extras or {}).get("optional_args") or {}


def _system_name(task: Task) -> str:
    name = _parameters(task).platform or task.host.platform
    if not name:
        raise UsageError(f"{task.host.name}: the inventory gives no platform")
    return str(name)


def _wanted(task: Task) -> connection.Wanted:
    """What the inventory says. Beside NAPALM's own arguments, the host's data may hold `manrs_known_hosts`, `manrs_ca`, to turn verification
    off `manrs_verify: false`, and `manrs_napalm_driver` where the name of the platform stands for another driver than is meant."""
    given, name = _parameters(task), _system_name(task)
    verify = bool(task.host.get("manrs_verify", True))
    optional = dict(_optional(given))
    return connection.Wanted(
        system=names.system_of(name, task.host.get("manrs_napalm_driver")),
        address=str(given.hostname or task.host.name),
        username=given.username or "",
        password=given.password or "",
        port=given.port,
        tls=optional.get("transport") != "http",
        verify_tls=verify,
        verify_host_key=bool(optional.get("ssh_strict", verify)),
        known_hosts=task.host.get("manrs_known_hosts"),
        ca=task.host.get("manrs_ca"),
        timeout=int((given.extras or {}).get("timeout", 60)),
        optional=optional,
    )


def _as_configured(task: Task) -> bool | None:
    """Whether a session that was not opened here verifies the router, as far as the inventory tells."""
    optional = _optional(_parameters(task))
    if "ssh_strict" in optional:
        return bool(optional["ssh_strict"])
    return True if platform(task) == "frr" else None
