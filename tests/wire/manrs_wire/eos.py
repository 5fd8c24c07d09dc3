"""EOS: eAPI with configuration sessions and the commit timer."""

from __future__ import annotations

import re
from typing import Any

from . import conf, shows
from .device import Device
from .population import hostname, interfaces, local_as, neighbors
from .web import Handler


class Refused(Exception):
    """A command that EOS does not take."""


class Eos:
    """The command line of one device: configuration sessions by name."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.open: dict[str, list[str]] = {}
        self.done: dict[str, str] = {}
        self.clean: set[str] = set()
        self.base: dict[str, str] = {}
        self.timed = ""

    def run(self, command: str, current: str | None, text: bool) -> tuple[Any, str | None]:
        """Answer of one command, and the configuration session that the client is in afterwards."""
        words = command.split()
        if command in ("enable", "end", "exit"):
            return self._said("", text), None
        if words[:2] == ["configure", "session"]:
            return self._said("", text), self._session(words[2], words[3:])
        if current is not None:
            return self._said(self._inside(current, command), text), current
        if words[:3] == ["show", "session-config", "named"]:
            after = self._result(words[3])
            head = f"--- system:/running-config\n+++ session:/{words[3]}-session-config\n"
            return self._said(head + conf.diff(self.device.running, after) if words[-1] == "diffs" else after, text), None
        if command == "write memory" or command == "copy running-config startup-config":
            if not self.device.save():
                raise Refused("Error copying system:/running-config to flash:/startup-config (No space left on device)")
            return self._said("", text), None
        if command.startswith(("copy ", "configure replace ")):
            return self._said(self._file(command), text), None
        if not text:
            return self._data(command), None
        shown = shows.answer(self.device, command)
        if shown is None:
            raise Refused(command)
        return self._said(shown, text), None

    @staticmethod
    def _said(output: str, text: bool) -> dict[str, Any]:
        return {"output": output} if text else ({"messages": [output]} if output else {})

    def _session(self, name: str, rest: list[str]) -> str | None:
        if not rest:
            if name not in self.open and self.device.locked_by not in (None, name):
                raise Refused(f"configure session {name}")
            if name not in self.open:
                self.open[name], self.base[name] = [], self.device.running
            return name
        if self.timed and self.device.pending is None:
            self.done[self.timed], self.timed = "aborted", ""
        if rest[0] == "abort" and name == self.timed:
            self.device.take_back()
            self.timed, self.done[name] = "", "aborted"
        elif rest[0] == "abort":
            self.open.pop(name, None)
            self.clean.discard(name)
        elif rest == ["commit"] and name == self.timed:
            self.device.confirm()
            self.timed, self.done[name] = "", "completed"
        elif rest[0] == "commit":
            after = self._result(name)
            seconds = None
            if rest[1:2] == ["timer"]:
                hours, minutes, left = map(int, rest[2].split(":"))
                seconds = hours * 3600 + minutes * 60 + left
                self.timed = name
            self.device.commit(after, seconds)
            self.open.pop(name, None)
            self.done[name] = "completed" if seconds is None else "pendingCommitTimer"
        return None

    def _inside(self, name: str, command: str) -> str:
        if command == "rollback clean-config":
            self.clean.add(name)
            self.open[name] = []
            return ""
        try:
            conf.check(command)
        except ValueError:
            raise Refused(command) from None
        self.open[name].append(command)
        return ""

    def _result(self, name: str) -> str:
        lines = self.open.get(name, [])
        if not lines and name not in self.clean:
            return self.device.running
        base = "! device: replaced\n" if name in self.clean else self.base.get(name, self.device.running)
        return conf.merge(base, "\n".join(lines), "eos")

    def _file(self, command: str) -> str:
        words = command.split()
        source, target = words[1], words[-1]
        if words[0] == "copy" and source == "startup-config":
            self.device.files[target] = self.device.startup
        elif words[0] == "copy" and source == "running-config":
            self.device.files[target] = self.device.running
        elif words[:2] == ["configure", "replace"] and words[2] in self.device.files:
            self.device.commit(self.device.files[words[2]])
        else:
            raise Refused(command)
        return ""

    def _sessions(self) -> dict[str, Any]:
        if self.timed and self.device.pending is None:
            self.done[self.timed], self.timed = "aborted", ""
        every = {name: {"state": "pending", "description": "", "instances": {}} for name in self.open}
        every |= {name: {"state": state, "description": "", "instances": {}} for name, state in self.done.items()}
        if self.device.locked_by is not None:
            every[self.device.locked_by] = {"state": "pending", "description": "", "instances": {}}
        if self.timed:
            every[self.timed]["commitBy"] = self.device.pending_until - self.device.booted
        return {"maxSavedSessions": 1, "maxOpenSessions": 5, "sessions": every, "mergeOnCommit": False}

    def _data(self, command: str) -> dict[str, Any]:
        device = self.device
        known: dict[str, Any] = {
            "show version": lambda: {
                "modelName": "vEOS-lab", "serialNumber": "WIRE0003", "version": "4.30.2F",
                "internalVersion": "4.30.2F-33092087.4302F", "uptime": float(device.uptime),
                "bootupTimestamp": device.booted, "architecture": "x86_64",
            },
            "show hostname": lambda: {"hostname": hostname(device), "fqdn": f"{hostname(device)}.example.net"},
            "show interfaces": lambda: {"interfaces": {name: {"name": name} for name in interfaces(device)}},
            "show configuration sessions": self._sessions,
            "show configuration sessions detail": self._sessions,
            "show ip bgp summary vrf all": lambda: _summary(device, "ipv4"),
            "show ipv6 bgp summary vrf all": lambda: _summary(device, "ipv6"),
            "show ip bgp neighbors vrf all": lambda: _peers(device, "ipv4"),
            "show ipv6 bgp peers vrf all": lambda: _peers(device, "ipv6"),
            "show ip interface": lambda: _addresses(device),
            "show ipv6 interface": lambda: _addresses6(device),
        }  # fmt: skip
        if command not in known:
            raise Refused(command)
        answer: dict[str, Any] = known[command]()
        return answer


def _summary(device: Device, family: str) -> dict[str, Any]:
    peers = {
        one.address: {"asn": str(one.asn), "peerState": "Established" if one.up else "Idle", "prefixAccepted": one.prefixes}
        for one in neighbors(device)
        if one.family == family
    }
    return {"vrfs": {"default": {"routerId": shows.ROUTER_ID, "vrf": "default", "asn": str(local_as(device)), "peers": peers}}}


def _peers(device: Device, family: str) -> dict[str, Any]:
    rows = [
        {
            "peerAddress": one.address, "localAsn": str(local_as(device)), "asn": str(one.asn), "routerId": "192.0.2.254",
            "state": "Established" if one.up else "Idle", "idleReason": "Administratively shut down", "establishedTime": device.uptime,
            "prefixesReceived": one.prefixes if family == "ipv4" else 0, "prefixesSent": 1,
            "v6PrefixesReceived": one.prefixes if family == "ipv6" else 0, "v6PrefixesSent": 1,
        }
        for one in neighbors(device)
        if one.family == family
    ]  # fmt: skip
    return {"vrfs": {"default": {"peerList": rows}}}


def _addresses(device: Device) -> dict[str, Any]:
    out = {}
    for name, addresses in interfaces(device).items():
        v4 = [one.split("/") for one in addresses if "." in one]
        if v4:
            primary = {"address": v4[0][0], "maskLen": int(v4[0][1])}
            out[name] = {
                "name": name,
                "interfaceAddress": {"primaryIp": primary, "secondaryIps": {}, "secondaryIpsOrderedList": []},
            }
    return {"interfaces": out}


def _addresses6(device: Device) -> dict[str, Any]:
    out = {}
    for name, addresses in interfaces(device).items():
        v6 = [{"address": one.split("/")[0], "subnet": one} for one in addresses if ":" in one]
        if v6:
            out[name] = {"name": name, "addresses": v6, "linkLocal": {"address": "fe80::1", "subnet": "fe80::/64"}}
    return {"interfaces": out}


class Eapi(Handler):
    """`runCmds` of eAPI."""

    PATH = "/command-api"

    @property
    def shell(self) -> Eos:
        """The command line, shared by the requests of the device."""
        held: dict[int, Eos] = self.__class__.__dict__.get("shells") or {}
        if not held:
            held[0] = Eos(self.device)
            self.device.shell_open = lambda: dict(held[0].open)  # type: ignore[attr-defined]
            self.__class__.shells = held  # type: ignore[attr-defined]
        return held[0]

    def commands(self, body: Any) -> list[str]:
        """Commands are texts, or objects with the text in `cmd`."""
        return [one["cmd"] if isinstance(one, dict) else one for one in body["params"]["cmds"]]

    def answers(self, body: Any, refused: str | None) -> Any:
        """All commands of a request run in one terminal; the first that is refused ends it."""
        text = body["params"].get("format") == "text"
        out: list[Any] = []
        current: str | None = None
        for number, command in enumerate(self.commands(body), 1):
            try:
                if command == refused:
                    raise Refused(command)
                said, current = self.shell.run(re.sub(r"\s+", " ", command).strip(), current, text)
                out.append(said)
            except Refused as problem:
                message = f"CLI command {number} of {len(self.commands(body))} '{command}' failed: invalid command"
                data = [*out, {"errors": [f"Invalid input: {problem}"]}]
                return {"jsonrpc": "2.0", "id": body.get("id"), "error": {"code": 1002, "message": message, "data": data}}
        return {"jsonrpc": "2.0", "id": body.get("id"), "result": out}
