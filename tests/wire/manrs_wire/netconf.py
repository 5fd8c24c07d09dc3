"""What the NETCONF servers share: the hello, parsing of RPCs, locks, errors."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from typing import Any

from lxml import etree

from .device import Device

BASE = "urn:ietf:params:xml:ns:netconf:base:1.0"
_COUNT = itertools.count(1)


class RpcRefused(Exception):
    """An RPC that ends in an `rpc-error`."""

    def __init__(self, tag: str, message: str) -> None:
        super().__init__(message)
        self.tag = tag


class Session(ABC):
    """One NETCONF session; a subclass gives `operation`."""

    CAPABILITIES: tuple[str, ...] = ("urn:ietf:params:netconf:base:1.0", "urn:ietf:params:netconf:capability:candidate:1.0")

    def __init__(self, device: Device) -> None:
        self.device = device
        self.number = next(_COUNT)
        self.owner = f"netconf-{self.number}"

    def hello(self) -> str:
        """Capabilities and session id."""
        said = "".join(f"<capability>{one}</capability>" for one in self.CAPABILITIES)
        return f'<hello xmlns="{BASE}"><capabilities>{said}</capabilities><session-id>{self.number}</session-id></hello>'

    def name(self, text: str) -> str:
        """Local name of the operation with what sets it apart; empty for the client's hello."""
        root = _parse(text)
        if root is None or etree.QName(root).localname != "rpc":
            return ""
        return self.describe(root[0])

    def describe(self, operation: Any) -> str:
        """Name of an operation in the journal."""
        name: str = etree.QName(operation).localname
        return name

    def reply(self, text: str, rejected: bool) -> str:
        """The answer to an RPC."""
        root = _parse(text)
        assert root is not None
        message = root.get("message-id", "")
        name = etree.QName(root[0]).localname
        try:
            if rejected:
                raise RpcRefused("operation-failed", "the operation was refused")
            body = self._shared(name, root[0]) or self.operation(name, root[0])
        except RpcRefused as error:
            body = (
                f"<rpc-error><error-type>application</error-type><error-tag>{error.tag}</error-tag><error-severity>error</error-severity>"
                f"<error-message>{escape(str(error))}</error-message></rpc-error>"
            )
        return f'<rpc-reply xmlns="{BASE}" message-id="{message}">{body}</rpc-reply>'

    def _shared(self, name: str, node: Any) -> str:
        if name == "close-session":
            return "<ok/>"
        if name in ("lock", "lock-configuration"):
            return self.locks(node, True)
        if name in ("unlock", "unlock-configuration"):
            return self.locks(node, False)
        return ""

    def locks(self, node: Any, take: bool) -> str:
        """Take the lock, or give it back."""
        if take and not self.device.lock(self.owner):
            raise RpcRefused("lock-denied", f"configuration database locked by: {self.device.locked_by}")
        if not take and not self.device.unlock(self.owner):
            raise RpcRefused("operation-failed", "the lock is not held by this session")
        return "<ok/>"

    @abstractmethod
    def operation(self, name: str, node: Any) -> str:
        """The content of the reply to one operation; RpcRefused for what it does not take."""

    def gone(self) -> None:
        """A session that ends gives its lock back, and what it loaded goes away."""
        self.device.unlock(self.owner)


def _parse(text: str) -> Any:
    try:
        return etree.fromstring(text.strip().encode(), etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return None


def escape(text: str) -> str:
    """Text as XML content."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def child(node: Any, name: str) -> Any:
    """The first child with that local name, or None."""
    return next((one for one in node if isinstance(one.tag, str) and etree.QName(one).localname == name), None)
