"""Junos: NETCONF with lock, load, compare, commit (check, confirmed), rollback, and operational commands as text."""

from __future__ import annotations

from typing import Any

from lxml import etree

from . import curly, shows
from .clock import moment
from .netconf import RpcRefused, Session, child, escape
from .population import hostname, interfaces, local_as, neighbors


class Junos(Session):
    """One NETCONF session of a Junos router."""

    CAPABILITIES = (
        *Session.CAPABILITIES,
        "urn:ietf:params:netconf:capability:confirmed-commit:1.0",
        "http://xml.juniper.net/netconf/junos/1.0",
    )

    def describe(self, operation: Any) -> str:
        """`command show version`, `get-configuration committed text`, …"""
        name = str(etree.QName(operation).localname)
        if name == "command":
            return f"command {(operation.text or '').strip()}"
        if name == "get-configuration":
            words = [operation.get(key) for key in ("compare", "database", "format") if operation.get(key)]
            return " ".join([name, *words])
        return name

    def operation(self, name: str, node: Any) -> str:
        """One operation."""
        found = getattr(self, f"_{name.replace('-', '_')}", None)
        if found is None:
            raise RpcRefused("operation-not-supported", f"syntax error, expecting <command>: {name}")
        return str(found(node))

    # -- configuration -------------------------------------------------------------------------------------------
    def _get_configuration(self, node: Any) -> str:
        device = self.device
        candidate = device.candidate if device.candidate is not None else device.running
        if node.get("compare"):
            said = curly.compare(device.running, candidate)
            return f"<configuration-information><configuration-output>{escape(said)}</configuration-output></configuration-information>"
        if node.get("format") != "text":
            return "<configuration><system><domain-name>example.net</domain-name></system></configuration>"
        text = device.running if node.get("database") == "committed" else candidate
        at = moment(device.clock).strftime("%Y-%m-%d %H:%M:%S UTC")
        return f"<configuration-text>\n## Last changed: {at}\n{escape(text)}</configuration-text>"

    def _load_configuration(self, node: Any) -> str:
        device = self.device
        if device.locked_by not in (None, self.owner):
            raise RpcRefused("lock-denied", "configuration database locked")
        if node.get("rollback") is not None:
            number = int(node.get("rollback"))
            device.candidate = None if number == 0 else device.history[number - 1] if number <= len(device.history) else None
            if number and device.candidate is None:
                raise RpcRefused("operation-failed", "no such rollback")
            return "<load-configuration-results><ok/></load-configuration-results>"
        text = "".join(node.itertext())
        action = node.get("action") or "merge"
        base = device.candidate if device.candidate is not None else device.running
        try:
            device.candidate = curly.merge(base, text, action)
        except ValueError as error:
            raise RpcRefused("operation-failed", str(error)) from None
        return "<load-configuration-results><ok/></load-configuration-results>"

    def _commit_configuration(self, node: Any) -> str:
        device = self.device
        text = device.candidate if device.candidate is not None else device.running
        if child(node, "check") is not None:
            return "<ok/>"
        if device.full:
            raise RpcRefused("operation-failed", "could not save to juniper.save+: No space left on device")
        if child(node, "confirmed") is not None:
            given = child(node, "confirm-timeout")
            minutes = int(given.text) if given is not None else 10
            device.commit(text, minutes * 60, f"commit confirmed, rollback in {minutes}mins")
            return "<ok/>"
        device.confirm()
        device.commits += 1
        if text != device.running:
            device.commit(text)
        device.save()
        return "<ok/>"

    def _get_commit_revision_information(self, node: Any) -> str:
        note = f"<comment>{self.device.pending_note}</comment>" if self.device.pending_note else ""
        at = int(self.device.committed_at)
        return f'<commit-revision-information><revision>re0-{at}-{self.device.commits}</revision><date-time seconds="{at}">x</date-time>{note}</commit-revision-information>'

    # -- operation -----------------------------------------------------------------------------------------------
    def _command(self, node: Any) -> str:
        command = (node.text or "").strip()
        said = shows.answer(self.device, command)
        if said is None:
            raise RpcRefused("operation-failed", f"syntax error: {command}")
        return f"<output>\n{escape(said)}</output>"

    def _get_system_uptime_information(self, node: Any) -> str:
        now, up = int(self.device.clock.now()), self.device.uptime
        return (
            f'<system-uptime-information><current-time><date-time seconds="{now}">{moment(self.device.clock)}</date-time></current-time>'
            f'<uptime-information><up-time seconds="{up}">{up} s</up-time></uptime-information>'
            f'<system-booted-time><time-length seconds="{up}">{up}</time-length></system-booted-time></system-uptime-information>'
        )

    def _get_software_information(self, node: Any) -> str:
        return (
            f"<software-information><host-name>{hostname(self.device)}</host-name><product-model>vmx</product-model><product-name>vmx</product-name>"
            "<junos-version>21.4R3-S5.4</junos-version></software-information>"
        )

    def _get_chassis_inventory(self, node: Any) -> str:
        return "<chassis-inventory><chassis><name>Chassis</name><serial-number>WIRE0004</serial-number><description>VMX</description></chassis></chassis-inventory>"

    def _get_instance_information(self, node: Any) -> str:
        return "<instance-information><instance-core><instance-name>master</instance-name></instance-core></instance-information>"

    def _get_interface_information(self, node: Any) -> str:
        rows = ""
        for name, addresses in interfaces(self.device).items():
            parts = "".join(
                f"<address-family><address-family-name>{'inet6' if ':' in one else 'inet'}</address-family-name>"
                f"<interface-address><ifa-local>{one}</ifa-local></interface-address></address-family>"
                for one in addresses
            )
            rows += (
                f"<physical-interface><name>{name.rpartition('.')[0]}</name><oper-status>up</oper-status><admin-status>up</admin-status>"
                f"<logical-interface><name>{name}</name>{parts}</logical-interface></physical-interface>"
            )
        return f"<interface-information>{rows}</interface-information>"

    def _get_bgp_summary_information(self, node: Any) -> str:
        rows = "".join(
            f'<bgp-peer><peer-address>{one.address}</peer-address><elapsed-time seconds="{self.device.uptime}">1d</elapsed-time></bgp-peer>'
            for one in neighbors(self.device)
        )
        return f"<bgp-information>{rows}</bgp-information>"

    def _get_bgp_neighbor_information(self, node: Any) -> str:
        rows = ""
        for one in neighbors(self.device):
            table = "inet.0" if one.family == "ipv4" else "inet6.0"
            rib = (
                f"<bgp-rib><name>{table}</name><received-prefix-count>{one.prefixes}</received-prefix-count>"
                f"<accepted-prefix-count>{one.prefixes}</accepted-prefix-count><advertised-prefix-count>1</advertised-prefix-count></bgp-rib>"
            )
            rows += (
                f"<bgp-peer><peer-address>{one.address}+179</peer-address><peer-as>{one.asn}</peer-as><local-as>{local_as(self.device)}</local-as>"
                f"<local-id>192.0.2.255</local-id><peer-id>192.0.2.254</peer-id><peer-state>{'Established' if one.up else 'Active'}</peer-state>"
                f"<peer-fwd-rti>master</peer-fwd-rti>{rib if one.up else ''}</bgp-peer>"
            )
        return f"<bgp-information>{rows}</bgp-information>"
