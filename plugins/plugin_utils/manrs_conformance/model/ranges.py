"""Entries of a prefix list that know a digest of what they say: what was found out about one list holds for every list that says the same."""

from __future__ import annotations

import hashlib
import marshal
from collections.abc import Iterable, Sequence

from .policy import PrefixEntry


class Ranges(tuple[PrefixEntry, ...]):
    """The entries in order; equal to a plain tuple of them. The digest belongs to this very tuple, so that it cannot outlive a change."""

    _content: bytes

    def __new__(cls, entries: Iterable[PrefixEntry], content: bytes | None = None) -> Ranges:
        """`content` is what `said` gives for the entries (or another digest that determines them), where it is known."""
        made = super().__new__(cls, entries)
        if content is not None:
            made._content = content
        return made

    @property
    def content(self) -> bytes:
        """Digest of ranges and actions in order, without their lines; worked out once."""
        try:
            return self._content
        except AttributeError:
            self._content = said(self)
            return self._content


def said(entries: Sequence[PrefixEntry]) -> bytes:
    """Digest of ranges and actions in order, without their lines."""
    return hashlib.blake2b(marshal.dumps([(a, b, c, d, e) for a, b, c, d, e, _line in entries], 2), digest_size=32).digest()


def joined(parts: Sequence[Ranges]) -> Ranges:
    """All entries one after the other; its digest follows from those of the parts, and nothing is gone through again."""
    if len(parts) == 1:
        return parts[0]
    content = hashlib.blake2b(b"joined " + b"".join(one.content for one in parts), digest_size=32).digest()
    return Ranges([entry for one in parts for entry in one], content)
