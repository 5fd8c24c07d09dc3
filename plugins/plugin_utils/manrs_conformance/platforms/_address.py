"""Addresses and networks as routers print them, whatever way they were typed."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from ._lists import Unreadable


def canonical(name: str) -> str:
    """An address (`%INTERFACE` behind it stays as written) or a range in canonical form; the name of a group or interface as it is."""
    address, mark, scope = name.partition("%")
    try:
        return f"{network(address) if '/' in address else ipaddress.ip_address(address)}{mark}{scope}"
    except ValueError:
        return name


def is_address(text: str) -> bool:
    """Whether the text is an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def network(text: str) -> str:
    """A prefix in canonical form, host bits cleared; ValueError for any other text."""
    return str(ipaddress.ip_network(text, strict=False))


def masked(address: str, rest: Sequence[str]) -> str:
    """The network of `A [mask] M …` or, without a mask, of the class of `A` (RFC 791, section 3.2); Unreadable when it is none."""
    if "mask" in rest[:-1]:
        mask = rest[rest.index("mask") + 1]
    else:
        mask = rest[0] if rest and rest[0][:1].isdecimal() else str(classful(address))
    try:
        return network(f"{address}/{mask}")
    except ValueError as error:
        raise Unreadable(address) from error


def classful(address: str) -> int:
    """Prefix length of the network class of an IPv4 address."""
    head = address.partition(".")[0]
    first = int(head) if head.isascii() and head.isdecimal() and len(head) < 4 else 0
    return 8 if first < 128 else 16 if first < 192 else 24
