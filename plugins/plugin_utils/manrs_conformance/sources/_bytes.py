"""Get the exact bytes of a source, and say where and when they came from."""

from __future__ import annotations

import datetime
import gzip
import hashlib
import io
import urllib.parse
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from socket import AF_INET, AF_INET6, inet_pton
from typing import Generic, TypeVar

from ..errors import InputError
from ..model.reference import Provenance
from ._http import GREATEST, SKEW, FetchError, HttpClient

T = TypeVar("T")


class SourceError(Exception):
    """A source did not deliver; the message becomes `Provenance.problem`."""


@dataclass(frozen=True, slots=True)
class Sourced(Generic[T]):
    """A value with its provenance and, by SHA-256, the exact bytes; `value` is None when nothing usable came."""

    value: T | None
    provenance: Provenance
    raw: Mapping[str, bytes]


def sourced(
    source: str, location: str, as_of: str, raw: bytes, value: T | None = None, *, problem: str | None = None
) -> Sourced[T]:
    """Value and bytes with a provenance that names them."""
    digest = hashlib.sha256(raw).hexdigest()
    return Sourced(value, Provenance(source, location, as_of, digest, problem=problem), {digest: raw} if raw else {})


def described(one: Sourced[T], **changes: object) -> Sourced[T]:
    """The same with changed fields of the provenance."""
    return replace(one, provenance=replace(one.provenance, **changes))  # type: ignore[arg-type]


def fetch(location: str, *, base: Path, timeout: float) -> bytes:
    """Bytes of a file (relative to `base`) or of an HTTP(S) URL; raises SourceError; `timeout` in seconds."""
    return fetch_noted(location, base=base, timeout=timeout)[0]


def fetch_noted(
    location: str,
    *,
    base: Path,
    timeout: float,
    client: HttpClient | None = None,
    max_age_hours: float = 0,
    check: Callable[[bytes], object] = bytes,
) -> tuple[bytes, str]:
    """As `fetch`, with a note where the bytes are a copy; `check` raises ValueError for bytes that no copy must be replaced by.

    With a client, a copy of its cache younger than `max_age_hours` is enough.
    """
    scheme, note = urllib.parse.urlsplit(location).scheme, ""
    try:
        if scheme in {"http", "https"}:
            client = client or HttpClient(timeout=timeout)
            answer = client.get(location, max_age_hours=max_age_hours, check=check)
            if answer.status != 200:
                raise SourceError(f"{location}: the server says {answer.status}")
            raw, note = answer.body, answer.note
        elif scheme in {"", "file"}:
            path = base / (urllib.parse.urlsplit(location).path if scheme else location)
            if path.stat().st_size > GREATEST:
                raise SourceError(f"{location}: larger than {GREATEST} bytes")
            raw = path.read_bytes()
        else:
            raise SourceError(f"{location}: the scheme {scheme} is not supported; use a file, http or https")
    except FetchError as error:
        raise SourceError(str(error)) from error
    except (OSError, ValueError) as error:
        raise SourceError(f"{location}: {error}") from error
    if not raw:
        raise SourceError(f"{location}: is empty")
    return raw, note


def unpack(raw: bytes) -> bytes:
    """Plain bytes of a file that may be gzipped; raises SourceError when it is damaged or cut short."""
    if raw[:2] != b"\x1f\x8b":
        return raw
    try:
        with gzip.open(io.BytesIO(raw)) as packed:
            plain = packed.read(GREATEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise SourceError(f"damaged gzip data: {error}") from error
    if len(plain) > GREATEST:
        raise SourceError(f"unpacks to more than {GREATEST} bytes")
    return plain


def moment(text: str, what: str = "as-of time") -> datetime.datetime:
    """An RFC 3339 time in UTC; raises InputError."""
    try:
        when = datetime.datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"{what}: {text!r} is not a time such as 2026-01-31T12:00:00Z") from error
    return when.astimezone(datetime.UTC) if when.tzinfo else when.replace(tzinfo=datetime.UTC)


def age_problem(made: datetime.datetime | None, as_of: str, max_age_hours: int) -> str | None:
    """Why data made at this time must not be relied on at `as_of`, or None."""
    if made is None:
        return "says nothing about when it was made"
    now = moment(as_of)
    stamp = made.strftime("%Y-%m-%dT%H:%M:%SZ")
    if made > now + SKEW:
        return f"was made at {stamp}, after the as-of time {as_of}"
    hours = (now - made).total_seconds() / 3600
    return f"is {hours:.1f} hours old (made at {stamp}), more than {max_age_hours} allowed" if hours > max_age_hours else None


def split_prefix(text: str) -> tuple[int, int, int]:
    """Family, network and length of a prefix; raises ValueError unless it is canonical (no host bits)."""
    address, slash, length_text = text.partition("/")
    family, bits, inet = (6, 128, AF_INET6) if ":" in address else (4, 32, AF_INET)
    if not slash or not length_text.isascii() or not length_text.isdigit():
        raise ValueError(f"{text!r} is not a prefix")
    try:
        network = int.from_bytes(inet_pton(inet, address), "big")
    except OSError as error:
        raise ValueError(f"{text!r} is not a prefix") from error
    length = int(length_text)
    if length > bits:
        raise ValueError(f"{text!r} is longer than /{bits}")
    if network & ((1 << (bits - length)) - 1):
        raise ValueError(f"{text!r} has host bits set")
    return family, network, length
