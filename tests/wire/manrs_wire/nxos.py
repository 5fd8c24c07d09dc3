"""NX-OS: NX-API in JSON-RPC form, with checkpoint, rollback and the scheduler."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from . import conf, shows
from .device import Device
from .population import hostname, interfaces
from .web import Handler


class Refused(Exception):
    """A command that NX-OS does not take."""


def run(device: Device, command: str) -> str | None:
    """Answer of a command that works on files and stores; None when it is none of them."""
    words = command.split()
    if command in ("terminal dont-ask", "no terminal dont-ask", "terminal length 0", "terminal width 511"):
        return ""
    if words[:2] == ["checkpoint", "file"]:
        device.files[words[2]] = device.running
        return "Done"
    if words[:3] == ["rollback", "running-config", "file"] and words[3] in device.files:
        device.commit(device.files[words[3]])
        return "Rollback completed successfully."
    if words[:1] == ["checkpoint"] and len(words) > 1:
        if words[1] in device.checkpoints or len(device.checkpoints) > 9 or device.full:
            return "ERROR: the checkpoint cannot be created"
        device.checkpoints[words[1]] = device.running
        return ".Done"
    if words[:2] == ["no", "checkpoint"]:
        device.checkpoints.pop(words[2], None)
        return ""
    if words[:3] == ["show", "checkpoint", "summary"]:
        return "User Checkpoint Summary\n" + "".join(f"{index}) {one}:\n" for index, one in enumerate(device.checkpoints, 1))
    if words[:3] == ["rollback", "running-config", "checkpoint"]:
        if words[3] not in device.checkpoints:
            return "ERROR: no such checkpoint"
        device.commit(device.checkpoints[words[3]])
        arm(device)
        return "Note: Applying config parallelly may fail Rollback verification\nRollback completed successfully."
    if words[:1] == ["dir"] and len(words) > 1:
        return f"      4096    Oct 01 00:00:00 2026  {words[1]}" if words[1] in device.files else "No such file or directory"
    if words[:1] == ["clear"]:
        return shows.clear(device, words)
    if words[:1] == ["delete"]:
        device.files.pop(words[-1], None)
        return ""
    if words[:2] in (["show", "file"], ["show", "checkpoint"]) and words[-1] in device.files:
        return device.files[words[-1]]
    if words[:1] == ["copy"] and words[-1] == "startup-config":
        return (
            "[########################################] 100%\nCopy complete."
            if device.save()
            else "Copy failed: no space left on device"
        )
    return None


EXEC = re.compile(r"(?!.* ; )(?:no )?(?:terminal|checkpoint)\b|(?:show|rollback|dir|clear|delete|copy)\b")
"""Commands that are no configuration."""
SCHEDULE = re.compile(r"^scheduler schedule name (\S+)\n((?:  .*\n)*)", re.MULTILINE)
JOB = "^scheduler job name {}\n((?:  .*\n)*)"


def arm(device: Device) -> None:
    """Set a clock for every schedule of the configuration that runs once; jobs run as of what is configured then."""
    armed: set[tuple[str, str]] = getattr(device, "armed", set())
    for name, body in SCHEDULE.findall(device.running):
        found = re.search(r"time start (\S+)$", body, re.MULTILINE)
        if found and (name, found[1]) not in armed:
            at = datetime.strptime(found[1], "%Y:%m:%d:%H:%M").replace(tzinfo=UTC).timestamp()
            device.clock.later(max(0.0, at - device.clock.now()), lambda key=(name, found[1]): _due(device, *key))
            armed = armed | {(name, found[1])}
    device.armed = armed  # type: ignore[attr-defined]


def _due(device: Device, name: str, when: str) -> None:
    with device.mutex:
        body = dict(SCHEDULE.findall(device.running)).get(name, "")
        if f"  time start {when}\n" not in body or "\nfeature scheduler\n" not in device.running:
            return
        for job in re.findall(r"job name (\S+)", body):
            found = re.search(JOB.format(re.escape(job)), device.running, re.MULTILINE)
            commands = " ; ".join(one.strip() for one in (found[1] if found else "").splitlines()).split(" ; ")
            inside = False
            for command in commands:
                if command == "configure terminal":
                    inside = True
                elif inside:
                    device.running = conf.merge(device.running, command, "nxos")
                else:
                    run(device, command)
        device.reverted += 1


def data(device: Device, command: str) -> dict[str, Any] | None:
    """Answer of a show command as NX-API gives it to method `cli`."""
    days, hours, minutes, seconds = shows._age(device)
    if command == "show hostname":
        return {"hostname": hostname(device)}
    if command == "show version":
        return {
            "kickstart_ver_str": "9.3(8)", "sys_ver_str": "9.3(8)", "nxos_ver_str": "9.3(8)", "chassis_id": "Nexus9000 C9300v Chassis",
            "host_name": hostname(device), "proc_board_id": "9WIRETEST02",
            "kern_uptm_days": days, "kern_uptm_hrs": hours, "kern_uptm_mins": minutes, "kern_uptm_secs": seconds,
        }  # fmt: skip
    if command == "show inventory":
        row = {
            "name": "Chassis",
            "desc": "Nexus9000 C9300v Chassis",
            "productid": "N9K-C9300v",
            "vendorid": "",
            "serialnum": "9WIRETEST02",
        }
        return {"TABLE_inv": {"ROW_inv": [row]}}
    if command == "show interface":
        return {"TABLE_interface": {"ROW_interface": [{"interface": one, "state": "up"} for one in interfaces(device)]}}
    if command in ("show ip interface", "show ip interface vrf all"):
        rows = [
            {"intf-name": name, "prefix": one.split("/")[0], "masklen": int(one.split("/")[1]), "vrf-name-out": "default"}
            for name, addresses in interfaces(device).items()
            for one in addresses
            if "." in one
        ]
        return {"TABLE_intf": {"ROW_intf": rows}, "TABLE_vrf": {"ROW_vrf": {"vrf-name-out": "default"}}}
    if command in ("show ipv6 interface", "show ipv6 interface vrf all"):
        rows = [
            {"intf-name": name, "TABLE_addr": {"ROW_addr": [{"addr": one} for one in addresses if ":" in one]}}
            for name, addresses in interfaces(device).items()
            if any(":" in one for one in addresses)
        ]
        return {"TABLE_intf": {"ROW_intf": rows}}
    return None


class Nxapi(Handler):
    """`/ins` of NX-API: methods `cli` (data, and configuration lines) and `cli_ascii` (text)."""

    PATH = "/ins"

    def commands(self, body: Any) -> list[str]:
        """One command per call of the batch."""
        return [one["params"]["cmd"] for one in (body if isinstance(body, list) else [body])]

    def answers(self, body: Any, refused: str | None) -> Any:
        """Consecutive configuration lines are entered in one terminal."""
        calls = body if isinstance(body, list) else [body]
        out: list[Any] = []
        typed: list[str] = []
        stopped = False
        for call in calls:
            command = call["params"]["cmd"].strip()
            answer: dict[str, Any] = {"jsonrpc": "2.0", "id": call["id"]}
            if stopped:  # the error action of JSON-RPC is to stop, unless the client says otherwise
                out.append(answer | {"error": {"code": -32602, "message": "Not executed"}})
                continue
            try:
                if call["params"]["cmd"] == refused:
                    raise Refused(command)
                answer["result"] = self._one(call["method"], command, typed)
            except (Refused, ValueError):
                answer["error"] = {"code": -32602, "message": "Invalid params", "data": {"msg": f"% Invalid command: {command}\n"}}
                stopped = True
            out.append(answer)
        self._enter(typed)
        arm(self.device)
        return out if isinstance(body, list) else out[0]

    def _enter(self, typed: list[str]) -> None:
        """Bring the lines that were typed into force."""
        if typed:
            self.device.running = conf.merge(self.device.running, "\n".join(typed), "nxos")
            typed.clear()

    def _one(self, method: str, command: str, typed: list[str]) -> Any:
        device = self.device
        if EXEC.match(command):
            self._enter(typed)
        said = run(device, command)
        if said is None and method == "cli_ascii":
            said = shows.answer(device, command)
            if said is None:
                raise Refused(command)
        if said is not None:
            return {"msg": said} if method == "cli_ascii" else {"body": {}, "msg": said} if said else None
        if command.startswith("show "):
            found = data(device, command)
            if found is None:
                raise Refused(command)
            return {"body": found}
        if device.locked_by is not None:
            raise Refused("another session configures exclusively")
        conf.check(command)
        typed.append(command)
        return None
