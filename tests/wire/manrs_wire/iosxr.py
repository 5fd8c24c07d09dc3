"""IOS-XR: NETCONF with the configuration as command lines, candidate, commit (confirmed, RFC 6241 section 8.4), roll-back of the last one."""

from __future__ import annotations

from typing import Any

from lxml import etree

from . import conf
from .netconf import RpcRefused, Session, child, escape
from .population import hostname, interfaces, local_as, neighbors

CLI = "http://cisco.com/ns/yang/Cisco-IOS-XR-cli-cfg"
YANG = "http://cisco.com/ns/yang/Cisco-IOS-XR-"


class Xr(Session):
    """One NETCONF session of an IOS-XR router."""

    CAPABILITIES = (
        *Session.CAPABILITIES,
        "urn:ietf:params:netconf:capability:rollback-on-error:1.0",
        "urn:ietf:params:netconf:capability:confirmed-commit:1.1",
        CLI,
    )

    def describe(self, operation: Any) -> str:
        """`get-config running`, `get system-time`, …"""
        name = str(etree.QName(operation).localname)
        if name == "get-config":
            return f"get-config {etree.QName(child(operation, 'source')[0]).localname}"
        if name in ("lock", "unlock"):
            return f"{name} {etree.QName(child(operation, 'target')[0]).localname}"
        filtered = child(operation, "filter")
        return f"{name} {etree.QName(filtered[0]).localname}" if filtered is not None and len(filtered) else name

    def operation(self, name: str, node: Any) -> str:
        """One operation."""
        device = self.device
        if name == "get-config":
            store = etree.QName(child(node, "source")[0]).localname
            text = device.running if store == "running" else device.candidate or device.running
            return f'<data><cli xmlns="{CLI}">{escape(text)}</cli></data>'
        if name == "get":
            return f"<data>{self._get(child(node, 'filter'))}</data>"
        if name in ("edit-config", "copy-config"):
            return self._load(name, node)
        if name == "get-cli-config-diff":
            said = conf.diff(device.running, device.candidate or device.running)
            return f'<cli-diff xmlns="{YANG}cli-diff-act">{escape(said)}\n</cli-diff>'
        if name == "commit":
            return self._commit(node)
        if name == "cancel-commit":
            self._own(child(node, "persist-id"))
            device.take_back()
            return "<ok/>"
        if name == "discard-changes":
            device.candidate = None
            return "<ok/>"
        if name == "roll-back-configuration-last":
            device.take_back()
            return "<ok/>"
        raise RpcRefused("operation-not-supported", f"{name} is not supported")

    def _own(self, given: Any) -> None:
        """The pending commit belongs to this session, or to whoever knows its token."""
        device = self.device
        if device.pending is None:
            raise RpcRefused("invalid-value", "no confirmed commit is pending")
        if device.pending_by != (given.text if given is not None else self.owner):
            raise RpcRefused("in-use", "datastore locked: a confirmed commit of another session is pending")

    def _commit(self, node: Any) -> str:
        device = self.device
        if device.full:
            raise RpcRefused("resource-denied", "no space left to record the commit")
        if device.locked_by not in (None, self.owner) and child(node, "persist-id") is None:
            raise RpcRefused("in-use", "the candidate is locked by another session")
        if device.pending is not None:
            self._own(child(node, "persist-id"))
        elif child(node, "persist-id") is not None:
            raise RpcRefused("invalid-value", "no confirmed commit has this persist-id")
        if child(node, "confirmed") is None:
            device.confirm()
            if device.candidate is not None:
                device.commit(device.candidate)
            device.save()
            return "<ok/>"
        seconds, token = child(node, "confirm-timeout"), child(node, "persist")
        device.pending_by = token.text if token is not None else self.owner
        device.commit(device.candidate or device.running, int(seconds.text) if seconds is not None else 600)
        return "<ok/>"

    def locks(self, node: Any, take: bool) -> str:
        """A lock of the running store is not granted while a confirmed commit is pending (RFC 6241 section 7.5)."""
        device = self.device
        if etree.QName(child(node, "target")[0]).localname != "running":
            return super().locks(node, take)
        if take and (device.pending is not None or device.held not in (None, self.owner)):
            raise RpcRefused("lock-denied", "the running configuration is in use")
        device.held = self.owner if take else None
        return "<ok/>"

    def gone(self) -> None:
        """Locks go, and so does a confirmed commit that is not to outlive its session."""
        super().gone()
        with self.device.mutex:
            if self.device.held == self.owner:
                self.device.held = None
            if self.device.pending is not None and self.device.pending_by == self.owner:
                self.device.take_back()

    def _load(self, name: str, node: Any) -> str:
        found = node.xpath(".//*[local-name()='cli']")
        if not found:
            raise RpcRefused("invalid-value", "only command lines are taken")
        text = found[0].text or ""
        base = self.device.candidate or self.device.running
        try:
            self.device.candidate = text if name == "copy-config" else conf.merge(base, text, "iosxr")
        except ValueError as error:
            raise RpcRefused("operation-failed", str(error)) from None
        return "<ok/>"

    def _get(self, filtered: Any) -> str:
        device = self.device
        wanted = {etree.QName(one).localname for one in filtered} if filtered is not None else set()
        out = ""
        if "system-time" in wanted:
            out += (
                f'<system-time xmlns="{YANG}shellutil-oper"><uptime><host-name>{hostname(device)}</host-name>'
                f"<uptime>{device.uptime}</uptime></uptime></system-time>"
            )
        if "interfaces" in wanted:
            rows = "".join(f"<interface><interface-name>{one}</interface-name></interface>" for one in interfaces(device))
            out += f'<interfaces xmlns="{YANG}pfi-im-cmd-oper"><interfaces>{rows}</interfaces></interfaces>'
        if "inventory" in wanted:
            bag = "<software-revision>7.5.2</software-revision><model-name>R-IOSXRV9000-CC</model-name><serial-number>WIRE0005</serial-number>"
            out += (
                f'<inventory xmlns="{YANG}invmgr-oper"><entities><entity><name>0/0</name><attributes><inv-basic-bag>{bag}'
                "</inv-basic-bag></attributes></entity></entities></inventory>"
            )
        if "bgp" in wanted:
            out += self._bgp()
        if "ipv4-network" in wanted:
            out += self._addresses(4)
        if "ipv6-network" in wanted:
            out += self._addresses(6)
        return out

    def _bgp(self) -> str:
        rows = ""
        for one in neighbors(self.device):
            state = "bgp-st-estab" if one.up else "bgp-st-idle"
            rows += (
                f"<neighbor><neighbor-address>{one.address}</neighbor-address><local-as>{local_as(self.device)}</local-as>"
                f"<remote-as>{one.asn}</remote-as><router-id>192.0.2.254</router-id><description/>"
                f"<is-administratively-shut-down>false</is-administratively-shut-down><connection-state>{state}</connection-state>"
                f"<connection-established-time>{self.device.uptime}</connection-established-time>"
                f"<connection-remote-address><afi>{one.family}</afi></connection-remote-address>"
                f"<af-data><prefixes-accepted>{one.prefixes}</prefixes-accepted><prefixes-denied>0</prefixes-denied>"
                "<prefixes-advertised>1</prefixes-advertised></af-data></neighbor>"
            )
        return (
            f'<bgp xmlns="{YANG}ipv4-bgp-oper"><instances><instance><instance-name>default</instance-name><instance-active><default-vrf>'
            "<global-process-info><vrf><router-id>192.0.2.255</router-id></vrf></global-process-info>"
            f"<neighbors>{rows}</neighbors></default-vrf></instance-active></instance></instances></bgp>"
        )

    def _addresses(self, version: int) -> str:
        rows = ""
        for name, addresses in interfaces(self.device).items():
            mine = [one.split("/") for one in addresses if (":" in one) == (version == 6)]
            for address, length in mine[:1]:
                if version == 4:
                    rows += f"<detail><interface-name>{name}</interface-name><primary-address>{address}</primary-address><prefix-length>{length}</prefix-length></detail>"
                else:
                    rows += (
                        f"<global-detail><interface-name>{name}</interface-name><address><address>{address}</address>"
                        f"<prefix-length>{length}</prefix-length></address></global-detail>"
                    )
        if version == 4:
            inner = (
                f"<interface-data><vrfs><vrf><vrf-name>default</vrf-name><details>{rows}</details></vrf></vrfs></interface-data>"
            )
            return f'<ipv4-network xmlns="{YANG}ipv4-io-oper"><nodes><node>{inner}</node></nodes></ipv4-network>'
        inner = f"<interface-data><vrfs><vrf><global-details>{rows}</global-details></vrf></vrfs></interface-data>"
        return f'<ipv6-network xmlns="{YANG}ipv6-ma-oper"><nodes><node>{inner}</node></nodes></ipv6-network>'
