"""From what an inventory says to a NAPALM session: verification on by default, jump hosts, enable secret, time limits."""

from __future__ import annotations

import contextlib
import importlib
import os
import shlex
import ssl
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..errors import CollectionError
from . import limits, web
from .names import System, system_of

NETCONF_PORT = 830


@dataclass(frozen=True, slots=True)
class Wanted:
    """How to reach one router, in the words of inventories. `transport` is the last word of the connection plugin; `tls` and the ports are
    None where nothing was said; `optional` are NAPALM's own arguments, which win over everything derived."""

    system: System
    address: str
    username: str = ""
    password: str = ""
    enable: str = ""
    key_file: str | None = None
    passphrase: str | None = None
    port: int | None = None
    transport: str = ""
    tls: bool | None = None
    verify_tls: bool = True
    verify_host_key: bool = True
    known_hosts: str | None = None
    ca: str | None = None
    proxy_command: str | None = None
    timeout: int = 60
    optional: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Connection:
    """Arguments of a NAPALM driver, whether they verify the other side, and the secrets among them."""

    driver: str
    address: str
    username: str
    password: str
    timeout: int
    optional: Mapping[str, Any]
    verified: bool
    secrets: tuple[str, ...]
    ssh_config: str | None = None


def plan(wanted: Wanted) -> Connection:
    """The driver and its arguments. Whoever turns verification off says so in the inventory; `verified` is then False."""
    if wanted.system.driver == "eos" and wanted.optional.get("transport") == "ssh":
        wanted = replace(wanted, system=system_of("eos", transport="network_cli"))
    made = {"ssh": _ssh, "netconf": _netconf, "web": _web, "frr": _ssh}.get(wanted.system.kind, _other)(wanted)
    given = {key: value for key, value in wanted.optional.items() if value is not None}
    optional = made | given
    secrets = (
        wanted.password,
        wanted.enable,
        wanted.passphrase,
        *(given.get(key) for key in ("secret", "enable_password", "passphrase")),
    )
    return Connection(
        driver=wanted.system.driver,
        address=wanted.address,
        username=wanted.username,
        password=wanted.password,
        timeout=wanted.timeout,
        optional=optional,
        verified=_verified(wanted, optional),
        secrets=tuple(dict.fromkeys(str(one) for one in secrets if one)),
        ssh_config=None
        if wanted.system.kind in ("web", "other") or "ssh_config_file" in optional
        else _ssh_config(wanted, optional),
    )


def _ssh(wanted: Wanted) -> dict[str, Any]:
    out: dict[str, Any] = {"ssh_strict": wanted.verify_host_key}
    if wanted.verify_host_key:
        out["system_host_keys"] = True
    if wanted.port and wanted.transport not in ("netconf", "httpapi"):
        out["port"] = wanted.port
    if wanted.verify_host_key and wanted.known_hosts:
        out.update(system_host_keys=False, alt_host_keys=True, alt_key_file=str(Path(wanted.known_hosts).expanduser()))
    if wanted.key_file:
        out.update(key_file=str(Path(wanted.key_file).expanduser()), use_keys=True)
    if wanted.passphrase:
        out["passphrase"] = wanted.passphrase
    if wanted.system.driver == "eos":
        out["transport"] = "ssh"
    if wanted.system.kind == "ssh":
        if wanted.enable:
            out["secret"] = wanted.enable
        out.update(
            conn_timeout=wanted.timeout,
            auth_timeout=wanted.timeout,
            banner_timeout=wanted.timeout,
            read_timeout_override=wanted.timeout,
        )
    return out


def _netconf(wanted: Wanted) -> dict[str, Any]:
    out: dict[str, Any] = {}
    if wanted.port and wanted.transport != "network_cli":
        out["port"] = wanted.port
    elif wanted.transport == "netconf":
        out["port"] = NETCONF_PORT
    if wanted.key_file:
        out["key_file"] = str(Path(wanted.key_file).expanduser())
    if wanted.system.driver == "iosxr_netconf":
        own_keys = wanted.key_file is None and not wanted.password
        out.update(hostkey_verify=wanted.verify_host_key, look_for_keys=own_keys, allow_agent=own_keys)
    return out


def _web(wanted: Wanted) -> dict[str, Any]:
    tls = wanted.tls is not False
    out: dict[str, Any] = {"transport": "https" if tls else "http"}
    if wanted.port and wanted.transport != "network_cli":
        out["port"] = wanted.port
    verify: Any = wanted.verify_tls
    if wanted.system.driver == "nxos":
        out["ssl_verify"] = str(Path(wanted.ca).expanduser()) if verify and wanted.ca else verify
    elif tls:
        out["enforce_verification"] = verify
        if verify and wanted.ca:
            out["context"] = ssl.create_default_context(cafile=str(Path(wanted.ca).expanduser()))
    if wanted.enable:
        out["enable_password"] = wanted.enable
    return out


def _other(wanted: Wanted) -> dict[str, Any]:
    """A driver that is not known here: what most take. Nothing tells whether it verifies."""
    out: dict[str, Any] = {"ssh_strict": wanted.verify_host_key}
    if wanted.port:
        out["port"] = wanted.port
    if wanted.key_file:
        out.update(key_file=str(Path(wanted.key_file).expanduser()), use_keys=True)
    return out


def _verified(wanted: Wanted, optional: Mapping[str, Any]) -> bool:
    """Whether the arguments, as they stand in the end, verify the other side."""
    if wanted.system.kind == "web":
        if optional.get("transport") != "https":
            return False
        context = optional.get("context")
        if context is not None:
            return bool(context.verify_mode == ssl.CERT_REQUIRED and context.check_hostname)
        return bool(optional.get("ssl_verify") if wanted.system.driver == "nxos" else optional.get("enforce_verification"))
    if wanted.system.kind == "netconf":
        return bool(optional.get("hostkey_verify", wanted.verify_host_key))
    known = bool(optional.get("system_host_keys") or optional.get("alt_host_keys"))
    return bool(optional.get("ssh_strict")) and (known or wanted.system.kind == "other")


def _ssh_config(wanted: Wanted, optional: Mapping[str, Any]) -> str | None:
    """What SSH libraries take only from a configuration file: the jump host and, for NETCONF, the file with known hosts.

    Host and port are filled in here, because the libraries do not agree on what `%p` is when the port was given as an argument.
    """
    lines = []
    if wanted.proxy_command:
        port = optional.get("port") or (NETCONF_PORT if wanted.system.driver == "iosxr_netconf" else 22)
        command = wanted.proxy_command.replace("%h", wanted.address).replace("%p", str(port)).replace("%r", wanted.username)
        lines.append(f"  ProxyCommand {command}")
    if wanted.system.kind == "netconf" and wanted.known_hosts:
        lines.append(f"  UserKnownHostsFile {Path(wanted.known_hosts).expanduser()}")
    return "\n".join(["Host *", *lines, ""]) if lines else None


def proxy_command(arguments: str) -> str | None:
    """The ProxyCommand that SSH arguments (`ansible_ssh_common_args`) ask for; a ProxyJump becomes one, hop by hop."""
    try:
        words = shlex.split(arguments)
    except ValueError:
        raise CollectionError(f"the SSH arguments cannot be read: {arguments!r}") from None
    jump = command = None
    keep: list[str] = []
    at = 0
    while at < len(words):
        word = words[at]
        value = word[2:] if word[:2] in ("-o", "-J") and len(word) > 2 else words[at + 1] if at + 1 < len(words) else ""
        at += 1 if word[:2] in ("-o", "-J") and len(word) > 2 else 2 if word in ("-o", "-J", "-i", "-p", "-l", "-F") else 1
        if word.startswith("-J"):
            jump = value
        elif word.startswith("-o"):
            name, _equals, rest = value.replace(" ", "=", 1).partition("=") if "=" not in value else value.partition("=")
            if name.strip().lower() == "proxyjump":
                jump = rest.strip()
            elif name.strip().lower() == "proxycommand":
                command = rest.strip()
            else:
                keep += ["-o", value]
    if command and command.lower() != "none":
        return command
    if not jump or jump.lower() == "none":
        return None
    hops = jump.split(",")
    through = ["-J", ",".join(hops[:-1])] if len(hops) > 1 else []
    target, _colon, port = hops[-1].rpartition(":") if hops[-1].rpartition(":")[2].isdecimal() else (hops[-1], "", "")
    return shlex.join(["ssh", *keep, *through, *(["-p", port] if port else []), "-W", "%h:%p", target])


@contextlib.contextmanager
def _config_file(text: str | None) -> Iterator[str | None]:
    if text is None:
        yield None
        return
    handle, name = tempfile.mkstemp(prefix="manrs-ssh-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        yield name
    finally:
        Path(name).unlink(missing_ok=True)


def open_session(one: Connection, driver_class: Callable[..., Any]) -> Any:
    """An open session of that driver class (`napalm.get_network_driver(one.driver)`), within the time limit; whatever the driver raises."""
    with _config_file(one.ssh_config) as config:
        optional = dict(one.optional) | ({"ssh_config_file": config} if config else {})
        driver = driver_class(
            hostname=one.address, username=one.username, password=one.password, timeout=one.timeout, optional_args=optional
        )
        if one.verified:
            _insist(one.driver, driver)
        if one.driver == "junos":
            # NAPALM hands the limit to PyEZ only once the session is open; until then 30 seconds hold.
            driver.device._conn_open_timeout = one.timeout
        elif one.driver == "nxos":
            _watch_first(driver)
        elif one.driver == "iosxr":
            _steady_agent(driver)
        _close_surely(driver, one.timeout)
        try:
            limits.bounded(f"{one.address}: no session", one.timeout, driver.open, late=driver.close)
        except Exception:
            limits.cut(driver)
            raise
    return driver


def _watch_first(driver: Any) -> None:
    """See the connection of the request with which NX-API is opened, so that it can be cut: the client is made just before."""
    send = driver._send_command

    def first(*given: Any, **more: Any) -> Any:
        driver._send_command = send
        web.attach(driver.device, lambda _size: None, lambda: None)
        return send(*given, **more)

    driver._send_command = first


def _steady_agent(driver: Any) -> None:
    """Make the driver of the XML agent wait for prompts: on the way in it only waits a while, so that a slow router is read out of step, and
    on the way out Netmiko waits for a prompt of the command line, which the agent never shows."""
    close, agent = driver.close, driver.device
    timing = agent._send_command_timing

    def enter(command: str) -> Any:
        if command != agent._XML_SHELL:
            return timing(command)
        # Not the prompt of the command line: one that was left over would be taken for the answer. The number says that the agent is off.
        either = f"{agent._XML_MODE_PROMPT}|0x24319600"
        return agent.device.send_command(command, expect_string=either, strip_prompt=False, strip_command=False)

    agent._send_command_timing = enter

    def leave() -> None:
        with contextlib.suppress(Exception):
            agent._send_command("exit", expect_string=agent._cli_prompt)
        close()

    driver.close = leave


def _close_surely(driver: Any, timeout: float) -> None:
    """A router that does not answer when it is told goodbye is cut off, in time: what was read stays good, and no session stays behind."""
    close = driver.close

    def surely() -> None:
        # NAPALM closes what was forgotten when the interpreter ends, and then no thread starts any more.
        if not sys.is_finalizing():
            with contextlib.suppress(Exception):
                limits.bounded("no end of the session", timeout, close)
        limits.cut(driver)

    driver.close = surely


def _insist(name: str, driver: Any) -> None:
    """Make a driver verify host keys where NAPALM offers no argument for it and the library below verifies nothing by default."""
    if name == "junos":
        driver.device._hostkey_verify = True
    elif name == "iosxr_netconf":
        # ncclient's handler for IOS-XR takes every unknown key, also when it was asked to verify.
        importlib.import_module("ncclient.devices.iosxr").iosxr_unknown_host_cb = _refuse  # type: ignore[attr-defined]


def _refuse(_host: str, _fingerprint: str) -> bool:
    return False


def scrub(text: str, secrets: Sequence[str]) -> str:
    """A message without any of the secrets."""
    for one in secrets:
        text = text.replace(one, "********")
    return text
