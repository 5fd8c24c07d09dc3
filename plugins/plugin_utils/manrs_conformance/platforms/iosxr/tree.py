"""Blocks of a configuration as a tree: XR indents by one blank a level and closes with `!`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ...model.router import Secret
from .._block import PLACEHOLDER, Ledger

HINT = re.compile(r"secret|passw|key|communit|snmp-server|encrypted|authen|md5|sha|priv")
SECRETS = (
    re.compile(r"\bencrypted\s+(\S+)"),
    re.compile(
        r"\b(?:secret|password)\s+(?:(?:\d{1,2}|encrypted|clear|chap|hmac-md5|text)\s+)*(?!encrypted\b|inheritance-disable\b|disable\b)(\S+)\s*$"
    ),
    re.compile(r"\bkey-string\s+(?:(?:password\d?|clear|encrypted|\d)\s+)*(\S+)\s*$"),
    re.compile(r"(?:^\s*|server\s+)key\s+(?:\d\s+|clear\s+|encrypted\s+)?(?!chain\b)(\S*[^\s\d]\S*)\s*$"),
    re.compile(r"^\s*key\s+[067]\s+(\S+)\s*$"),
    re.compile(r"\bsnmp-server\s+community\s+(?:clear\s+|encrypted\s+)?(\S+)"),
    re.compile(
        r"\bsnmp-server\s+host\s+\S+(?:\s+vrf\s+\S+)?(?:\s+(?:traps|informs))?(?:\s+version\s+(?:1|2c|3\s+\w+))?\s+(?:clear\s+|encrypted\s+)?(?!traps\b|informs\b|version\b)(\S+)"
    ),
    re.compile(r"\b(?:auth|priv)\s+(?:md5|sha|sha-?\d+|des|3des|des56|aes(?:\s+\d+)?)\s+(?:clear\s+|encrypted\s+)?(\S+)"),
    re.compile(
        r"\b(?:md5|authentication-key|pre-shared-key|shared-secret|hmac-md5|hmac-sha-\d+)\s+(?:\d\s+)?(?:clear\s+|encrypted\s+)?(?!encrypted\b|clear\b)(\S+)\s*$"
    ),
)


@dataclass(slots=True)
class Node:
    """One statement with the statements indented under it."""

    number: int
    indent: int
    words: list[str]
    children: list[Node] = field(default_factory=list)

    def all(self) -> Iterator[Node]:
        """The statement and everything under it."""
        todo = [self]
        while todo:
            one = todo.pop()
            yield one
            todo += reversed(one.children)


@dataclass(slots=True)
class Builder:
    """Statements on their way into a tree."""

    roots: list[Node] = field(default_factory=list)
    path: list[Node] = field(default_factory=list)

    def add(self, number: int, text: str) -> Node:
        """Put a line where its indentation says."""
        one = Node(number, len(text) - len(text.lstrip()), text.split())
        while self.path and self.path[-1].indent >= one.indent:
            self.path.pop()
        (self.path[-1].children if self.path else self.roots).append(one)
        self.path.append(one)
        return one

    def close(self) -> None:
        """What follows stands at the top level."""
        self.path.clear()


def irrelevant(ledger: Ledger, node: Node) -> None:
    """The statement and everything under it bear on no check; placeholders keep their account."""
    for one in node.all():
        if ledger.states[one.number - 1] == 63 and one.words[0] != PLACEHOLDER:
            ledger.irrelevant(one.number)


def secrets(ledger: Ledger, number: int, text: str) -> None:
    """Note where secrets stand in a line; a description is not one."""
    if not HINT.search(text) or text.lstrip().startswith(("description ", "remark ")):
        return
    found = {found.span(1) for one in SECRETS for found in one.finditer(text)}
    for start, end in sorted(found):
        if not any(a <= start and end <= b and (a, b) != (start, end) for a, b in found):
            ledger.secrets.append(Secret(number, start, end))
