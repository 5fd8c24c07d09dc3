"""An independent look for secrets over every file of a bundle, before anyone else sees it."""

from __future__ import annotations

import ipaddress
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping

from .redact import AFTER_KEYWORD, KEYWORDS, MARK, MEMORY, PLACEHOLDER, Scrubber, bounded, mentions

SHAPES = re.compile(
    r"\$(?:1|5|6|8|9|14|y|2[aby])\$[A-Za-z0-9./$,=-]{6,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|%\^%#.{8,}%\^%#|%@%@.{8,}%@%@"
    r"|(?i:(?<![A-Za-z0-9])(?:password|secret|key|md5|community)\s+(?:encrypted\s+)?7\s+)[0-9A-Fa-f]{6,}"
    r"|(?i:\b(?:irreversible-cipher|cipher)\s+)[^\s<]{8,}"
)
"""Hashes and encodings of passwords as vendors print them, and private keys."""

HINTS = (*KEYWORDS, "$", "%^%#", "%@%@", "cipher", "community")
"""One of these stands wherever `SHAPES` or `AFTER_KEYWORD` match."""

SHIPPED = ("data/tool/", "data/policy/schemas/", "data/policy/norm.json", "data/policy/checks.json")
"""Files that come with the tool and are the same in every bundle: no configuration can reach them."""


class Canary:
    """Looks through the files of one bundle."""

    def __init__(self, scrubber: Scrubber) -> None:
        """What it looks for are the values that redaction replaces, and what has the shape of a secret."""
        self._scrubber = scrubber
        self._finder = _Finder(scrubber.strong)

    def look(self, name: str, data: bytes) -> tuple[str, ...]:
        """What was found in a file, with its name and never the secret; public files are searched for known values only."""
        if name.startswith(SHIPPED):
            return ()
        problems = []
        text = data.decode("utf-8", "replace")
        if self._finder.finds(text):
            problems.append(f"{name}: a secret of a configuration")
        if name.startswith(("data/sources/", "data/REPORT.html")) or not mentions(text, HINTS):
            return tuple(problems)
        if SHAPES.search(text):
            problems.append(f"{name}: the shape of a password hash or private key")
        if name.startswith(("data/devices/", "data/objects/", "data/results", "data/witnesses/", "data/policy/")):
            problems.extend(f"{name}: {why}" for why in _keyword(text, self._scrubber))
        return tuple(problems)


class _Finder:
    """Looks for values in another way than redaction does: every part of every distinct word, by length, in one set."""

    def __init__(self, values: Iterable[str]) -> None:
        self.spaced = [value for value in values if len(value.split()) != 1]
        self.values = frozenset(value for value in values if len(value.split()) == 1)
        self.lengths = sorted({len(value) for value in self.values})
        self.clean: set[str] = set()

    def finds(self, text: str) -> bool:
        """Whether a value stands in the text; a short one only as a word of its own."""
        hits = {value for value in self.spaced if value in text}
        if len(self.clean) > MEMORY:
            self.clean.clear()
        for word in set(text.split()) - self.clean if self.lengths else ():
            held = self._in(word)
            hits |= held
            if not held:
                self.clean.add(word)
        return any(len(value) >= 8 or bounded(value).search(text) for value in hits)

    def _in(self, word: str) -> set[str]:
        size, values = len(word), self.values
        parts = (word[at : at + length] for length in self.lengths if length <= size for at in range(size - length + 1))
        return set(values.intersection(parts))


def _keyword(text: str, scrubber: Scrubber) -> list[str]:
    for match in AFTER_KEYWORD.finditer(text):
        value = match[4].strip("\"'\\,;.")
        if value in scrubber.weak:
            return ["a secret of a configuration behind a password keyword"]
        if MARK not in value and PLACEHOLDER not in value and _random(value):
            return ["something like a secret behind a password keyword"]
    return []


def _random(value: str) -> bool:
    """Whether a word looks made up: letters and digits mixed, of high entropy, and no address or network."""
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        mixed = re.search(r"\d", value) and re.search(r"[A-Za-z]", value)
        return bool(mixed) and len(value) >= 8 and entropy(value) >= 3.0
    return False


def entropy(value: str) -> float:
    """Shannon entropy of a text in bits a character."""
    counts: Mapping[str, int] = Counter(value)
    return -sum(count / len(value) * math.log2(count / len(value)) for count in counts.values()) if value else 0.0
