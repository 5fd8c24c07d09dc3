"""IRRd's whois protocol: a client with several servers, queries, and the answers of a connection."""

from __future__ import annotations

import json
import socket
import time
import urllib.parse
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from ..errors import InputError
from ._bytes import SourceError

GREATEST_ANSWER = 64 << 20
BATCH = 50
"""Queries sent before answers are read: enough to hide the round trip, small enough never to fill a server's buffer."""
SHARE, CONNECTIONS = 200, 4
"""Queries that go over one connection, and connections at once: few, as registries are run for the public."""


def server_of(text: str) -> tuple[str, int]:
    """`host`, `host:port` or `[address]:port`; port 43 unless given; raises InputError."""
    parts = urllib.parse.urlsplit(f"//{text}")
    try:
        if parts.hostname:
            return parts.hostname, parts.port or 43
    except ValueError:
        pass
    raise InputError(f"sources.irr.servers: {text!r} is not a server; expected HOST or HOST:PORT")


@dataclass(frozen=True, slots=True)
class Copy:
    """An answer of an earlier run, and when it was given."""

    answer: str | None
    at: str


@dataclass(slots=True)
class IrrdClient:
    """IRRd servers in order of preference; `sources` limits the registries asked; `timeout` in seconds is for one batch of queries.

    Every answer is kept in `recorded`, so that a run can be repeated without the servers. `copies` are answers of an earlier run that are
    still young enough: they are used without asking, with `refresh` only where nothing comes; `offline` never asks.
    """

    servers: Sequence[tuple[str, int]]
    sources: Sequence[str] = ()
    timeout: float = 60
    recorded: dict[str, str | None] = field(default_factory=dict)
    used: str = ""
    trouble: str | None = None
    copies: Mapping[str, Copy] = field(default_factory=dict)
    offline: bool = False
    refresh: bool = False
    note: str = ""
    """What a reader must know of the answers: that copies were used, and why."""
    fresh: set[str] = field(default_factory=set)
    """Questions that a server answered in this run."""
    progress: Callable[[str], None] | None = None
    lost: str = ""
    """What the servers that were given up said."""
    batches: int = 0
    gone: int = 0
    """Servers given up: one that failed is not asked again, so that a run does not mix its answers with those of another."""
    unfiltered: bool = False
    """Whether the server shall show objects that are RPKI invalid, which it leaves out by default (IRRd `!fno-rpki-filter`)."""

    def ask(self, queries: Sequence[str]) -> dict[str, str | None]:
        """Answers from the first server that gives all of them; raises SourceError naming what each server said."""
        open_ones = [one for one in dict.fromkeys(queries) if one not in self.recorded]
        if not self.refresh:
            open_ones = self._copied(open_ones, "copy")
        if open_ones and self.offline:
            self.trouble = f"offline, and there is no copy of the answer to !{open_ones[0]}"
            raise SourceError(self.trouble)
        if open_ones:
            before = self.trouble
            try:
                self.recorded |= self._any_server(open_ones)
                self.fresh |= set(open_ones)
            except SourceError as error:
                if any(one not in self.copies for one in open_ones):
                    raise
                self._copied(open_ones, "older copy", f": {error}")
                self.trouble = before
        return {one: self.recorded[one] for one in queries}

    def _copied(self, queries: Sequence[str], word: str, why: str = "") -> list[str]:
        """Take what copies there are; the questions that remain."""
        held = [one for one in queries if one in self.copies]
        if held:
            self.recorded |= {one: self.copies[one].answer for one in held}
            self.note = f"{word} of {min(self.copies[one].at for one in held)} used{why}"
        return [one for one in queries if one not in self.copies]

    def made(self, as_of: str) -> str:
        """When the oldest answer was given."""
        return min([as_of, *(self.copies[one].at for one in self.recorded if one not in self.fresh and one in self.copies)])

    def recording(self, as_of: str) -> bytes:
        """Everything asked and answered up to `as_of`, for `RecordedRegistry`."""
        content = {
            "answers": self.recorded,
            "retrieved_at": self.made(as_of),
            "server": self.used,
            "sources": list(self.sources),
            **({"trouble": self.trouble} if self.trouble else {}),
        }
        return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"

    def _any_server(self, queries: Sequence[str]) -> dict[str, str | None]:
        """Many questions go over several connections at once."""
        troubles = []
        parts = [queries[start : start + SHARE] for start in range(0, len(queries), SHARE)]
        for index in range(self.gone, len(self.servers)):
            host, port = self.servers[index]
            answers: dict[str, str | None] = {}
            try:
                with ThreadPoolExecutor(max_workers=CONNECTIONS) as pool:
                    for found in pool.map(lambda part, host=host, port=port: self._one_server(host, port, part), parts):
                        answers |= found
            except SourceError as error:
                troubles.append(f"{host}:{port}: {error}")
                self.gone = max(self.gone, index + 1)
                continue
            self.used = f"{host}:{port}"
            return answers
        self.lost = "; ".join(troubles) or self.lost
        self.trouble = self.lost or "no IRR server is given"
        raise SourceError(self.trouble)

    def _one_server(self, host: str, port: int, queries: Sequence[str]) -> dict[str, str | None]:
        answers: dict[str, str | None] = {}
        try:
            with socket.create_connection((host, port), timeout=self.timeout) as link:
                stream = Stream(link, self.timeout)
                link.sendall(b"!!\n")
                if self.unfiltered:
                    stream.tell("!fno-rpki-filter")
                for sources, group in _by_source(queries, tuple(self.sources)):
                    if sources:
                        stream.tell(f"!s{','.join(sources)}")
                    for start in range(0, len(group), BATCH):
                        batch = group[start : start + BATCH]
                        self.batches += 1
                        if self.progress:
                            self.progress(f"{host}: !{batch[0]}")
                        stream.begin()
                        link.sendall("".join(f"!{clean(pinned(one)[1])}\n" for one in batch).encode())
                        answers |= {one: stream.answer(f"!{one}") for one in batch}
                link.sendall(b"!q\n")
        except TimeoutError as error:
            raise SourceError(f"no answer within {self.timeout:g} seconds") from error
        except OSError as error:
            raise SourceError(f"{error.strerror or error}") from error
        return answers


def _by_source(queries: Sequence[str], default: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    """Queries grouped by the registries they go to: the default ones first, as their choice holds until the next."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for one in queries:
        source, _query = pinned(one)
        groups.setdefault((clean(source),) if source else default, []).append(one)
    yield from sorted(groups.items(), key=lambda item: item[0] != default)


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
