"""What renderers share: names by content, owned lists, the words of a prefix range, the environment of templates.

An owned name carries a digest of what it names, so that a list or policy is never edited in place: another content has another name.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from ..model.plan import OWNED
from ..model.policy import PrefixEntry
from ._lists import Unreadable, asn, prefix_text

if TYPE_CHECKING:
    from jinja2 import Environment


@dataclass(slots=True)
class Lists:
    """Owned lists as lines of text, by name, in the order in which they were asked for."""

    written: dict[str, list[str]] = field(default_factory=dict)

    def add(self, kind: str, body: Sequence[str], line: Callable[[str, int, str], str], space: str = "") -> str:
        """Write a list of that kind and body, one line an entry by `line(name, number from 1, entry)`; returns its name.

        `space` keeps apart lists of equal name that the platform keeps apart (families).
        """
        name = f"{OWNED}{kind}-{digest(body)}"
        if space + name not in self.written:
            self.written[space + name] = [line(name, number, one) for number, one in enumerate(body, 1)]
        return name

    def missing(self, running: str) -> list[list[str]]:
        """The lists that a configuration does not hold word by word already."""
        there = {one.strip() for one in running.splitlines()}
        return [lines for lines in self.written.values() if not there.issuperset(lines)]


def digest(lines: Sequence[str]) -> str:
    """Eight hexadecimal digits of a content."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:8]


def token(address: str) -> str:
    """An address as part of a name."""
    return address.replace(":", "-").replace(".", "-")


def ranges(afi: int, entries: Sequence[PrefixEntry]) -> list[str]:
    """Prefix ranges in order, each once, as `PREFIX [ge N] [le N]`."""
    return [prefix_range(afi, one) for one in sorted(set(entries))]


def prefix_range(afi: int, entry: PrefixEntry) -> str:
    """One prefix range as `PREFIX [ge N] [le N]`; the lengths that the prefix alone implies are left out."""
    network, length, low, high, _permit, _line = entry
    text = prefix_text(network, length, afi)
    if low == high == length:
        return text
    return f"{text}{f' ge {low}' if low > length else ''}{f' le {high}' if high < bits(afi) or low <= length else ''}"


def process(running: str, local_as: int) -> str:
    """The AS number of the BGP process as the router writes it, which may be in dots (RFC 5396)."""
    found = re.search(r"^router bgp (\S+)", running, re.MULTILINE)
    try:
        return found[1] if found and asn(found[1]) == local_as else str(local_as)
    except Unreadable:
        return str(local_as)


def bits(afi: int) -> int:
    """Length of an address of the family."""
    return 32 if afi == 4 else 128


def is_large(community: str) -> bool:
    """Whether a community is written as a large one."""
    return community.count(":") == 2


def environment(package: str, templates: Path | None) -> Environment:
    """Templates that a platform's package ships in `templates/`; those of the same name in `templates` replace them."""
    from jinja2 import ChoiceLoader, DictLoader, Environment, FileSystemLoader, StrictUndefined  # an audit renders nothing

    shipped = {
        one.name: one.read_text("utf-8") for one in files(package).joinpath("templates").iterdir() if one.name.endswith(".j2")
    }
    loaders = [*([FileSystemLoader(templates)] if templates else []), DictLoader(shipped)]
    return Environment(
        loader=ChoiceLoader(loaders), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
    )
