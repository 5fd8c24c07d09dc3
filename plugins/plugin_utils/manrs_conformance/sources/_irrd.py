"""IRRd's whois protocol: queries, and the answers of a connection."""

from __future__ import annotations

import socket
import time

from ._bytes import SourceError

GREATEST_ANSWER = 64 << 20


def pinned(query: str) -> tuple[str, str]:
    """The registry that a query is pinned to, empty where it is to none, and the query without it."""
    if query[0] == "r":
        return "", query
    start = query.index(",") + 1 if query[0] == "m" else 1
    source, _, name = query[start:].rpartition("::")
    return source, query[:start] + name


def clean(query: str) -> str:
    """A query that cannot smuggle a second one."""
    if any(sign.isspace() or not sign.isprintable() for sign in query):
        raise SourceError(f"{query!r} is not a query")
    return query


class Stream:
    """Answers of an IRRd connection, each batch within its time."""

    def __init__(self, link: socket.socket, timeout: float) -> None:
        self.link, self.timeout, self.kept, self.deadline = link, timeout, bytearray(), 0.0
        self.begin()

    def begin(self) -> None:
        self.deadline = time.monotonic() + self.timeout

    def tell(self, command: str) -> None:
        """Send a command that has no answer but `C`."""
        self.begin()
        self.link.sendall(f"{clean(command)}\n".encode())
        if self.answer(command) is None:
            raise SourceError(f"{command}: refused")

    def answer(self, query: str) -> str | None:
        """Text of an `A` answer, empty for `C`, None for `D`; raises SourceError for anything else."""
        line = self._line()
        if line == "C":
            return ""
        if line == "D":
            return None
        if line[:1] == "A" and line[1:].isdigit():
            size = int(line[1:])
            if size > GREATEST_ANSWER:
                raise SourceError(f"{query}: answer of {size} bytes is too large")
            data = self._take(size).decode("utf-8", "replace")
            end = self._line() or self._line()
            if end != "C":
                raise SourceError(f"{query}: the answer does not end as announced ({end[:40]!r})")
            return data.strip()
        if line[:1] in {"F", "E"}:
            raise SourceError(f"{query}: the server says: {line[1:].strip()[:200] or line}")
        raise SourceError(f"{query}: not an IRRd answer: {line[:80]!r}")

    def _line(self) -> str:
        while (end := self.kept.find(b"\n")) < 0:
            if len(self.kept) > 1 << 16:
                raise SourceError("a line of the answer never ends")
            self._more()
        line = self.kept[:end].decode("utf-8", "replace").rstrip("\r")
        del self.kept[: end + 1]
        return line

    def _take(self, size: int) -> bytes:
        while len(self.kept) < size:
            self._more()
        data = bytes(self.kept[:size])
        del self.kept[:size]
        return data

    def _more(self) -> None:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self.link.settimeout(left)
        part = self.link.recv(1 << 16)
        if not part:
            raise SourceError("the connection ended in the middle of an answer")
        self.kept += part
