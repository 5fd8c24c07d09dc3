"""Entries of a prefix list in block form, the bulk of large configurations: read in one tight loop, not as statements."""

from __future__ import annotations

import re
from socket import AF_INET6, inet_aton, inet_pton

from ...model.policy import Afi, PrefixEntry
from .._lists import Numbered

_ENTRY = r"( +)seq (\d{1,9}) (permit|deny) ADDRESS/(\d{1,3})(?: (eq|ge|le) (\d{1,3})(?: le (\d{1,3}))?)?[ ]*\Z"
_ADDRESS = {4: r"(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})", 6: r"([0-9A-Fa-f:]{2,39})"}
_PATTERNS = {afi: re.compile(_ENTRY.replace("ADDRESS", address), re.ASCII) for afi, address in _ADDRESS.items()}


def run(lines: list[str], at: int, afi: Afi, indent: int, table: Numbered[PrefixEntry], states: bytearray) -> int:
    """Read entries from `lines[at]` on, as long as they are plain ones and stand deeper than `indent`; returns where it stopped."""
    match = _PATTERNS[afi].match
    size = 32 if afi == 4 else 128
    seqs, entries, numbers = table.seqs, table.entries, table.lines
    last = seqs[-1] if seqs else -1
    start, end = at, len(lines)
    while at < end:
        found = match(lines[at])
        if found is None:
            break
        margin, seq_text, action, address, length_text, word, bound, upper = found.groups()
        if len(margin) <= indent:
            break
        length = int(length_text)
        if word is None:
            least = most = length
        elif word == "ge":
            least, most = int(bound), int(upper) if upper else size
        elif upper:
            break
        else:
            most = int(bound)
            least = most if word == "eq" else length
        try:
            network = int.from_bytes(inet_aton(address) if afi == 4 else inet_pton(AF_INET6, address), "big")
        except OSError:
            break
        shift = size - length
        if shift < 0 or not length <= least <= most <= size:
            break
        seq = int(seq_text)
        if seq <= last:
            table.ordered = False
        last = seq
        at += 1
        seqs.append(seq)
        entries.append((network >> shift << shift, length, least, most, action == "permit", at))
        numbers.append(at)
    states[start:at] = b"u" * (at - start)
    return at
