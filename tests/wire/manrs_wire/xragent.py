"""IOS-XR: the command line over SSH, and behind `xml` the XML agent (TTY) with requests for commands, configuration, lock and commit."""

from __future__ import annotations

from typing import Any

from lxml import etree

from . import conf, shows
from .device import Device
from .ios import INVALID, IosTerminal
from .netconf import escape
from .population import hostname, interfaces

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
END = "</Request>"


class Refused(Exception):
    """A request that the agent answers with an error."""


class XrTerminal(IosTerminal):
    """One SSH session of an IOS-XR router."""

    def __init__(self, device: Device) -> None:
        super().__init__(device)
        self.level = 15
        self.agent = False
        self.request = ""
        self.lines: str | None = None
        self.owner = f"xml-{id(self)}"

    def prompt(self) -> str:
        """`RP/0/RP0/CPU0:name#`, or `XML> ` of the agent, which says nothing in the middle of a request."""
        if self.agent:
            return "" if self.request else "XML> "
        return f"RP/0/RP0/CPU0:{hostname(self.device)}#"

    def echoes(self) -> bool:
        """The agent does not repeat what it is told."""
        return not self.agent

    def told(self, line: str) -> str:
        """A request goes into the journal by what it asks for, once it is complete."""
        if not self.agent or (not self.request and line.strip() in ("", "exit")):
            return line
        text = f"{self.request}{line}"
        return _name(text) if text.rstrip().endswith(END) else ""

    def refuses(self, line: str) -> str:
        """What IOS-XR says to what it does not take."""
        if not self.agent:
            return INVALID
        text, self.request = f"{self.request}{line}", ""
        root = _parse(text)
        kind = root[0][0].tag if root is not None and len(root) and len(root[0]) else ""
        if kind in ("Exec", "Configuration"):
            return _response(f"<CLI><{kind}>{escape(INVALID)}</{kind}></CLI>")
        return _failure("the operation was refused")

    def run(self, line: str) -> str | None:
        """Answer of one line; None ends the session."""
        command = " ".join(line.split())
        if self.agent and not self.request and command in ("", "exit"):
            self.agent = command == ""
            return ""
        if self.agent:
            self.request += f"{line}\n"
            if not self.request.rstrip().endswith(END):
                return ""
            text, self.request = self.request, ""
            return self._answer(text)
        if command in ("exit", "logout"):
            return None
        if command == "xml":
            self.agent = True
            return ""
        if not command or command.startswith("terminal "):
            return ""
        found = shows.answer(self.device, command)
        return found if found is not None else INVALID

    def gone(self) -> None:
        """A session that ends gives its lock back."""
        if not self.device.unlock(self.owner) and self.lines is not None:
            self.device.candidate = None

    # -- the agent -----------------------------------------------------------------------------------------------
    def _answer(self, text: str) -> str:
        root = _parse(text)
        if root is None:
            return "ERROR: 0xa367a600 'XML Service Library' detected the 'fatal' condition 'The XML request does not conform'"
        try:
            return _response("".join(self._one(node) for node in root))
        except Refused as error:
            return _failure(str(error))

    def _one(self, node: Any) -> str:
        device, name = self.device, node.tag
        if name == "CLI":
            kind, text = node[0].tag, node[0].text or ""
            said = self._exec(text.strip()) if kind == "Exec" else self._configuration(text)
            return f"<CLI><{kind}>{escape(said)}</{kind}></CLI>"
        if name == "Get":
            return f"<Get><Operational>{''.join(self._operational(one.tag) for one in node[0])}</Operational></Get>"
        if name == "Lock":
            if not device.lock(self.owner):
                raise Refused("the configuration is locked by another session")
        elif name == "Unlock":
            device.unlock(self.owner)
        elif name == "Clear":
            self.lines = device.candidate = None
        elif name == "Rollback":
            device.take_back()
        elif name == "Commit":
            self._commit(node.get("Replace") == "true")
        else:
            raise Refused(f"{name} is not supported")
        return f"<{name}/>"

    def _exec(self, command: str) -> str:
        said = shows.answer(self.device, command)
        return said if said is not None else INVALID

    def _configuration(self, text: str) -> str:
        device, command = self.device, text.strip()
        if command == "show running-config":
            return shows.running(device)
        if command == "show configuration merge":
            return conf.merge(device.running, self.lines or "", "iosxr")
        if command == "show configuration changes diff":
            return conf.diff(device.running, conf.merge(HEADLESS, self.lines or "", "iosxr"))
        if device.locked_by not in (None, self.owner):
            raise Refused("the configuration is locked by another session")
        try:
            conf.merge(device.running, f"{self.lines or ''}\n{text}", "iosxr")
        except ValueError:
            return INVALID
        self.lines = f"{self.lines or ''}\n{text}"
        device.candidate = self.lines
        return ""

    def _commit(self, replace: bool) -> None:
        device = self.device
        if self.lines is None:
            raise Refused("the target configuration buffer is empty")
        device.commit(conf.merge(HEADLESS if replace else device.running, self.lines, "iosxr"))
        self.lines = None

    def _operational(self, name: str) -> str:
        device = self.device
        if name == "SystemTime":
            uptime = f"<Hostname>{hostname(device)}</Hostname><Uptime>{device.uptime}</Uptime>"
            return f"<SystemTime><Uptime>{uptime}</Uptime></SystemTime>"
        if name == "PlatformInventory":
            info = "<SoftwareRevision>7.5.2</SoftwareRevision><ModelName>R-IOSXRV9000-CC</ModelName><SerialNumber>WIRE0005</SerialNumber>"
            rack = f"<Rack><Naming><Name>0</Name></Naming><Attributes><BasicInfo>{info}</BasicInfo></Attributes></Rack>"
            return f"<PlatformInventory><RackTable>{rack}</RackTable></PlatformInventory>"
        if name == "Interfaces":
            rows = "".join(
                f"<Interface><Naming><InterfaceName>{one}</InterfaceName></Naming><LineState>IM_STATE_UP</LineState><State>IM_STATE_UP</State>"
                "<MTU>1514</MTU><Bandwidth>1000000</Bandwidth><Description></Description></Interface>"
                for one in interfaces(device)
            )
            return f"<Interfaces><InterfaceTable>{rows}</InterfaceTable></Interfaces>"
        raise Refused(f"{name} is not supported")


HEADLESS = "!! IOS XR Configuration 7.5.2\n"


def _parse(text: str) -> Any:
    try:
        return etree.fromstring(text.strip().encode(), etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return None


def _name(text: str) -> str:
    """`show version`, `configuration`, `get SystemTime PlatformInventory`, `lock`, …"""
    root = _parse(text)
    if root is None or not len(root):
        return "(no request)"
    node = root[0]
    if node.tag == "CLI":
        said = (node[0].text or "").strip()
        return said if said.startswith("show ") else "configuration"
    if node.tag == "Get":
        return " ".join(["get", *(one.tag for one in node[0])])
    return str(node.tag).lower()


def _response(body: str) -> str:
    return f'{HEAD}\n<Response MajorVersion="1" MinorVersion="0">{body}<ResultSummary ErrorCount="0"/></Response>\n'


def _failure(message: str) -> str:
    said = escape(message).replace('"', "&quot;")
    return f'{HEAD}\n<Response MajorVersion="1" MinorVersion="0" ErrorCode="0x1" ErrorMsg="{said}"><ResultSummary ErrorCount="1"/></Response>\n'
