"""One small HTTP client for every public source: retries, conditional requests, a cache and honest answers when nothing comes."""

from __future__ import annotations

import datetime
import email.utils
import hashlib
import http.client
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

AGENT = "routesec.manrs (MANRS conformance audit)"
GREATEST = 1 << 30
"""No public data set comes near this size; more is a mistake or an attack (bytes, packed or unpacked)."""
AGAIN = frozenset({429, 500, 502, 503, 504})
PATIENCE = 60.0
"""Seconds that a server may ask us to wait before it counts as failed."""
SKEW = datetime.timedelta(minutes=10)
"""How far another clock may run ahead before a time stamp is called wrong."""


class FetchError(Exception):
    """Nothing usable came; the message says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a URL gave: status (200 or one that means absence), exact bytes, when they were known good, and whether they are a copy."""

    status: int
    body: bytes
    at: str
    note: str = ""


def default_cache() -> Path:
    """The cache of the user (`$XDG_CACHE_HOME/manrs`)."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "manrs"


def utc_now() -> datetime.datetime:
    """The present time."""
    return datetime.datetime.now(datetime.UTC)


@dataclass(slots=True)
class HttpClient:
    """Fetches over HTTP(S); proxies come from the environment. A copy younger than `max_age_hours` of a call is used without asking.

    `offline` never asks, `refresh` always does and falls back to a copy within its age, which the note of the answer says. `timeout` is in
    seconds. `sleep` and `clock` are for tests.
    """

    cache: Path | None = None
    offline: bool = False
    refresh: bool = False
    timeout: float = 60
    attempts: int = 3
    workers: int = 8
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], datetime.datetime] = utc_now
    requests: int = 0
    progress: Callable[[str], None] | None = None
    _opener: urllib.request.OpenerDirector = field(default_factory=lambda: urllib.request.build_opener(_Redirects()))

    def get_many(
        self,
        urls: Iterable[str],
        *,
        max_age_hours: float,
        headers: Mapping[str, str] | None = None,
        check: Callable[[bytes], object] = bytes,
    ) -> dict[str, Answer | FetchError]:
        """Every URL, several at a time; what failed is an error in its place, and never missing."""

        def one(url: str) -> Answer | FetchError:
            try:
                return self.get(url, max_age_hours=max_age_hours, headers=headers, check=check)
            except FetchError as error:
                return error
            finally:
                if self.progress:
                    self.progress(url)

        wanted = list(dict.fromkeys(urls))
        with ThreadPoolExecutor(max_workers=max(1, self.workers)) as pool:
            return dict(zip(wanted, pool.map(one, wanted), strict=True))

    def get(
        self, url: str, *, max_age_hours: float, headers: Mapping[str, str] | None = None, check: Callable[[bytes], object] = bytes
    ) -> Answer:
        """One URL; raises FetchError. `check` raises ValueError for bytes that are not what the source gives (cut short, an error page)."""
        held = self._held(url, headers)
        young = held is not None and self._young(held, max_age_hours)
        if held is not None and young and not self.refresh:
            return Answer(held["status"], held["body"], held["at"], f"copy of {held['at']}")
        if self.offline:
            raise FetchError(f"{url}: offline, and {'the copy is of ' + held['at'] if held else 'there is no copy'}")
        try:
            return self._ask(url, dict(headers or {}), held, check)
        except FetchError as error:
            if held is not None and young:
                return Answer(held["status"], held["body"], held["at"], f"older copy of {held['at']} used: {error}")
            raise

    def _ask(self, url: str, headers: dict[str, str], held: dict[str, Any] | None, check: Callable[[bytes], object]) -> Answer:
        why = ""
        for attempt in range(self.attempts):
            wait = 2.0**attempt
            try:
                status, body, fields = self._once(url, headers, held)
            except _Again as again:
                why, wait = str(again), again.wait or wait
            else:
                at = self.clock().strftime("%Y-%m-%dT%H:%M:%SZ")
                if status == 304 and held is not None:
                    status, body = held["status"], held["body"]
                    fields = {"ETag": held["etag"], "Last-Modified": held["modified"]}
                try:
                    check(body if status == 200 else b"null")
                except (ValueError, RecursionError) as error:
                    why = f"the answer cannot be read: {error}"
                else:
                    self._keep(url, headers, Answer(status, body, at), fields)
                    return Answer(status, body, at)
            if wait > PATIENCE:
                raise FetchError(f"{url}: {why}; it asks to wait {wait:.0f} seconds")
            if attempt + 1 < self.attempts:
                self.sleep(wait)
        raise FetchError(f"{url}: {why} ({self.attempts} attempts)")

    def _once(
        self, url: str, headers: Mapping[str, str], held: Mapping[str, Any] | None
    ) -> tuple[int, bytes, Mapping[str, str | None]]:
        """Status, body and fields of one request; raises _Again for what may pass, FetchError for what will not."""
        if urllib.parse.urlsplit(url).scheme not in {"http", "https"}:
            raise FetchError(f"{url}: only http and https are fetched")
        request = urllib.request.Request(url, headers={"User-Agent": AGENT, **headers})
        for name, key in (("If-None-Match", "etag"), ("If-Modified-Since", "modified")):
            if held and held[key]:
                request.add_header(name, held[key])
        self.requests += 1
        try:
            with self._opener.open(request, timeout=self.timeout) as answer:
                body = bytes(answer.read(GREATEST + 1))
                length = answer.headers.get("Content-Length")
                if length is not None and length.isdigit() and int(length) != len(body):
                    raise _Again(f"cut short: {len(body)} of {length} bytes")
                if len(body) > GREATEST:
                    raise FetchError(f"{url}: larger than {GREATEST} bytes")
                return int(answer.status), body, {name: answer.headers.get(name) for name in ("ETag", "Last-Modified")}
        except urllib.error.HTTPError as error:
            with error:
                return self._refused(url, error)
        except (OSError, http.client.HTTPException, ValueError) as error:
            reason = getattr(error, "reason", None) or error
            raise _Again(
                f"no answer within {self.timeout:g} seconds" if isinstance(reason, TimeoutError) else f"{reason}"
            ) from error

    def _refused(self, url: str, error: urllib.error.HTTPError) -> tuple[int, bytes, Mapping[str, str | None]]:
        if error.code == 304:
            return 304, b"", {}
        if error.code in {404, 410}:
            return 404, b"", {}
        if error.code in AGAIN:
            raise _Again(f"the server says {error.code} {error.reason}", self._wait(error.headers.get("Retry-After")))
        raise FetchError(f"{url}: the server says {error.code} {error.reason}")

    def _wait(self, text: str | None) -> float | None:
        """Seconds of a Retry-After field: a number or a date (RFC 9110 section 10.2.3)."""
        if not text:
            return None
        if text.strip().isdigit():
            return float(text)
        try:
            return max(0.0, (email.utils.parsedate_to_datetime(text) - self.clock()).total_seconds())
        except (ValueError, TypeError):
            return None

    def _young(self, held: Mapping[str, Any], hours: float) -> bool:
        age = self.clock() - datetime.datetime.fromisoformat(held["at"])
        return -SKEW <= age <= datetime.timedelta(hours=hours)

    def _place(self, url: str, headers: Mapping[str, str] | None) -> Path | None:
        """Answers differ with the credentials they were asked with; the name of the file does not reveal them."""
        key = json.dumps([url, sorted((headers or {}).items())])
        return self.cache / f"{hashlib.sha256(key.encode()).hexdigest()}.http" if self.cache else None

    def _held(self, url: str, headers: Mapping[str, str] | None) -> dict[str, Any] | None:
        """The copy of an earlier run, unless it was damaged."""
        path = self._place(url, headers)
        try:
            head, _, body = path.read_bytes().partition(b"\n") if path else (b"", b"", b"")
            meta = json.loads(head)
            if meta["sha256"] != hashlib.sha256(body).hexdigest() or meta["url"] != url:
                return None
            datetime.datetime.fromisoformat(meta["at"])
            return {**meta, "body": body}
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _keep(self, url: str, headers: Mapping[str, str], answer: Answer, fields: Mapping[str, str | None]) -> None:
        path = self._place(url, headers)
        if path is None:
            return
        meta = {
            "url": url,
            "status": answer.status,
            "at": answer.at,
            "etag": fields.get("ETag"),
            "modified": fields.get("Last-Modified"),
            "sha256": hashlib.sha256(answer.body).hexdigest(),
        }
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            part = path.with_suffix(f".{os.getpid()}.part")
            part.write_bytes(json.dumps(meta, sort_keys=True).encode() + b"\n" + answer.body)
            part.replace(path)
        except OSError:
            return  # a cache that cannot be written costs a request next time, nothing else


class _Again(Exception):
    """A failure that may pass; `wait` is what the server asks for (seconds)."""

    def __init__(self, why: str, wait: float | None = None) -> None:
        super().__init__(why)
        self.wait = wait


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects, but never to an unencrypted place, and never hands credentials to another host."""

    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        old, new = urllib.parse.urlsplit(req.full_url), urllib.parse.urlsplit(newurl)
        if old.scheme == "https" and new.scheme != "https":
            raise urllib.error.HTTPError(newurl, 403, "redirect to an unencrypted place refused", headers, fp)
        following = super().redirect_request(req, fp, code, msg, headers, newurl)
        if following is not None and old.netloc != new.netloc:
            following.remove_header("Authorization")
        return following
