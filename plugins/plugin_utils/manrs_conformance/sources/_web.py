"""Questions to public web sources and their recorded answers: live and recorded behind one interface, like the routing registry's."""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ._bytes import SourceError, moment, unpack
from ._http import Answer, FetchError, HttpClient

ABSENT = 404


@dataclass(frozen=True, slots=True)
class Reply:
    """What a question gave: a JSON value, or None where the source says that it does not exist; `problem` where nothing came."""

    data: Any
    at: str
    note: str = ""
    problem: str | None = None


class Asker(Protocol):
    """A way to ask a web source; a question is a short name such as `autnum/64500`."""

    authenticated: bool

    def place(self, query: str, url: str) -> None:
        """Say where a question is asked, relative to the base of the source; a recording needs no place."""

    def ask(self, queries: Sequence[str]) -> dict[str, Reply]:
        """The reply to each question."""


@dataclass(slots=True)
class Web:
    """A source on the web; every answer is kept for `recording`."""

    source: str
    base: str
    client: HttpClient
    max_age_hours: int
    as_of: str
    headers: Mapping[str, str] = field(default_factory=dict)
    authenticated: bool = False
    places: dict[str, str] = field(default_factory=dict)
    kept: dict[str, dict[str, Any]] = field(default_factory=dict)

    def place(self, query: str, url: str) -> None:
        """Say where a question is asked; a relative URL is taken from the base."""
        self.places[query] = urllib.parse.urljoin(self.base, url)

    def ask(self, queries: Sequence[str]) -> dict[str, Reply]:
        """Replies, asked several at a time."""
        wanted = [one for one in dict.fromkeys(queries) if one not in self.kept]
        urls = {one: self.places.get(one) or urllib.parse.urljoin(self.base, one) for one in wanted}
        found = self.client.get_many(urls.values(), max_age_hours=self.max_age_hours, headers=self._headers(), check=_shape)
        for one in wanted:
            self.kept[one] = _entry(found[urls[one]], urls[one], self.as_of)
        return {one: _reply(self.kept[one]) for one in queries}

    def recording(self) -> bytes:
        """Everything asked and answered; as old as its oldest answer."""
        times = [one["at"] for one in self.kept.values() if "body" in one or one.get("status") == ABSENT]
        content = {
            "source": self.source,
            "base": self.base,
            "retrieved_at": min(times, default=self.as_of),
            "authenticated": self.authenticated,
            "answers": self.kept,
        }
        return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"

    def _headers(self) -> dict[str, str]:
        return {"Accept": "application/ld+json, application/rdap+json, application/json", **self.headers}


@dataclass(frozen=True, slots=True)
class Tape:
    """Recorded answers of a `Web`."""

    answers: Mapping[str, Mapping[str, Any]]
    retrieved_at: str
    authenticated: bool = False

    @classmethod
    def read(cls, raw: bytes) -> Tape:
        """A recording from its bytes; raises SourceError."""
        try:
            content = json.loads(unpack(raw))
            answers, retrieved_at = content["answers"], content["retrieved_at"]
            if not isinstance(answers, dict) or not all(isinstance(one, dict) for one in answers.values()):
                raise ValueError("`answers` is not a mapping of answers")
            moment(retrieved_at, "retrieved_at")
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise SourceError(f"is not a recording: {error}") from error
        except Exception as error:  # moment's own error names the time
            raise SourceError(f"is not a recording: {error}") from error
        return cls(answers, retrieved_at, content.get("authenticated") is True)

    def place(self, query: str, url: str) -> None:
        """A recording needs no place."""

    def ask(self, queries: Sequence[str]) -> dict[str, Reply]:
        """Recorded replies; a question that was not asked then has a problem."""
        out = {}
        for one in queries:
            entry = self.answers.get(one)
            missing = Reply(None, self.retrieved_at, problem=f"the recording holds no answer to {one}")
            out[one] = missing if entry is None else _reply({"at": self.retrieved_at, **entry})
        return out


def _shape(body: bytes) -> None:
    """Every source answers with an object or a list; ValueError for anything else. `null` stands for an absent answer."""
    if body != b"null" and not isinstance(json.loads(body), (dict, list)):
        raise ValueError("it is neither an object nor a list")


def _entry(found: Answer | FetchError, url: str, as_of: str) -> dict[str, Any]:
    if isinstance(found, FetchError):
        return {"url": url, "at": as_of, "problem": str(found)}
    base: dict[str, Any] = {"url": url, "at": found.at, "status": found.status}
    if found.note:
        base["note"] = found.note
    if found.status == ABSENT:
        return base
    return {**base, "body": found.body.decode("utf-8", "replace")}


def _reply(entry: Mapping[str, Any]) -> Reply:
    """A reply from a recorded entry; the body is the exact text that came, or JSON where a person wrote the recording."""
    at, note = str(entry["at"]), str(entry.get("note", ""))
    if entry.get("problem"):
        return Reply(None, at, note, str(entry["problem"]))
    if entry.get("status", 200) == ABSENT:
        return Reply(None, at, note)
    body = entry.get("body")
    if isinstance(body, str):
        try:
            return Reply(json.loads(body), at, note)
        except (ValueError, RecursionError) as error:
            return Reply(None, at, note, f"the answer cannot be read: {error}")
    if body is None:
        return Reply(None, at, note, "the recording holds an answer without a body")
    return Reply(body, at, note)


def wanted(value: Any, kind: type, what: str) -> Any:
    """The value if it has that type; raises SourceError naming what was expected."""
    if not isinstance(value, kind):
        raise SourceError(f"expected {what}")
    return value
