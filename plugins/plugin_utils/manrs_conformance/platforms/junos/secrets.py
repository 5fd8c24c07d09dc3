"""Where secrets stand in a Junos text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .tree import Book

CRYPTED = re.compile(r'"?(\$(?:1|5|6|8|9|sha1)\$[^\s";]+)"?')
MARKED = re.compile(r'("(?:[^"\\]|\\.)*"|\S+?);?\s*##\s*SECRET-DATA')
AFTER = re.compile(
    r"(?:^|[\s])(?:authentication-key|encrypted-password|plain-text-password-value|simple-password|authentication-password|privacy-password"
    r"|secret|pre-shared-key ascii-text|pre-shared-key hexadecimal|ascii-text|hexadecimal|chap-secret|default-chap-secret|pap-password"
    r"|md5 \d+ key|key-string|passphrase|shared-secret|password|authentication-md5 key|privacy-key|snmp-community|community-name)\s+"
    r'("(?:[^"\\]|\\.)*"|[^\s;{}]+)'
)
HINTS = re.compile(r"\$|SECRET-DATA|secret|passw|key|passphrase|ascii-text|hexadecimal|community|trap-group")
SNMP = re.compile(r'\b(?:community|trap-group)[ \t]+("[^"]+"|[^\s;{]+)')
"""What SNMP hides: the name of a trap group is the community of its traps."""


def find(book: Book) -> None:
    """Locate every secret, SNMP communities included; a community of routing policy is none."""
    for number in _outside(book):
        line = book.lines[number - 1]
        if not HINTS.search(line):
            continue
        for pattern in (CRYPTED, MARKED, AFTER):
            for match in pattern.finditer(line):
                _note(book, number, match.group(1))
        if "snmp" in line or "snmp" in book.paths.get(number, ()):
            for match in SNMP.finditer(line):
                _note(book, number, match.group(1))


def _outside(book: Book) -> Iterator[int]:
    """Lines that stand in no run of list members."""
    at = 1
    for first, after in sorted(book.bulk):
        yield from range(at, first)
        at = after
    yield from range(at, len(book.lines) + 1)


def _note(book: Book, number: int, value: str) -> None:
    value = value.strip('"')
    if value not in ("", "[", "{", "ascii-text", "hexadecimal", "password", "radius", "tacplus", "<redacted>"):
        book.secret(number, value)
