"""Full bogons: special-purpose space and what registries have given to nobody yet, as a dated text of prefixes, one a line.

Such a list grows old within days, because registries give space out, and an old one refuses somebody's new network (RFC 7454 section 6.1.2):
a text that does not say when it was made, or is older than allowed, decides nothing. Team Cymru's begins with
`# last updated 1472532602 (Tue Aug 30 04:50:02 2016 GMT)`.
"""

from __future__ import annotations

import datetime
import re
import urllib.parse
from collections.abc import Callable, Mapping
from pathlib import Path

from ..errors import InputError
from ..model.policy import PrefixEntry
from ._bytes import Sourced, SourceError, age_problem, described, fetch_noted, moment, sourced, split_prefix, unpack
from ._http import HttpClient

FAMILY = {"fullbogons_v4": 4, "fullbogons_v6": 6}
"""The two sources, one for each family."""
_UPDATED = re.compile(r"^#\s*last updated (\d{9,11})\b", re.MULTILINE | re.IGNORECASE)
TIMEOUT = "60"


def load_fullbogons(
    source: str, settings: Mapping[str, str], *, as_of: str, base: Path, max_age_hours: int, client: Callable[[], HttpClient]
) -> Sourced[tuple[PrefixEntry, ...]]:
    """The prefixes of one family, each with all longer ones; a stale, damaged or empty list has a problem and no value."""
    called = settings.get("called") or settings.get("url") or settings.get("file") or ""
    if "failed" in settings:
        return sourced(source, called, as_of, b"", problem=settings["failed"])
    location = settings.get("url") or settings.get("file") or ""
    if not location:
        return sourced(source, "", as_of, b"", problem=f"{source}: neither file nor url is given")
    hours = int(settings.get("max_age_hours", max_age_hours))
    http = client() if urllib.parse.urlsplit(location).scheme in {"http", "https"} else None
    raw, note = b"", ""
    try:
        raw, note = fetch_noted(
            location,
            base=base,
            timeout=float(settings.get("timeout", TIMEOUT)),
            client=http,
            max_age_hours=hours,
            check=lambda body: parse(body, FAMILY[source]),
        )
        value = parse(raw, FAMILY[source])
        when = made(raw) or _known(settings, location, base)
    except (SourceError, ValueError) as error:
        return sourced(source, called, as_of, raw, problem=f"{called}: {error}")
    late = age_problem(when, as_of, hours)
    result = sourced(source, called, as_of, raw, None if late else value, problem=f"{called}: {late}" if late else None)
    stamp = when.strftime("%Y-%m-%dT%H:%M:%SZ") if when else None
    return described(result, stale=late is not None, serial=stamp, note=note, query=f"{len(value)} prefixes")


def parse(raw: bytes, family: int) -> tuple[PrefixEntry, ...]:
    """Prefixes of a text in order, each with all longer ones; ValueError names the line that is none; also for a text without any, or cut."""
    try:
        text = unpack(raw).decode("utf-8")
    except SourceError as error:
        raise ValueError(str(error)) from error
    bits = 32 if family == 4 else 128
    found = set()
    for number, line in enumerate(text.splitlines(), 1):
        word = line.partition("#")[0].strip()
        if not word:
            continue
        try:
            version, network, length = split_prefix(word)
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from error
        if version != family:
            raise ValueError(f"line {number}: {word} is not of IPv{family}")
        if length == 0:
            raise ValueError(f"line {number}: {word} would refuse everything")
        found.add((network, length, length, bits, True, 0))
    if not found:
        raise ValueError("holds no prefix")
    if not text.endswith("\n"):
        raise ValueError("its last line has no end: it may have been cut short")
    return tuple(sorted(found))


def made(raw: bytes) -> datetime.datetime | None:
    """When the text says that it was last updated, or None."""
    try:
        found = _UPDATED.search(unpack(raw)[:4096].decode("utf-8", "replace"))
        return datetime.datetime.fromtimestamp(int(found[1]), datetime.UTC) if found else None
    except (SourceError, ValueError, OverflowError, OSError):
        return None


def _known(settings: Mapping[str, str], location: str, base: Path) -> datetime.datetime | None:
    """When a text without a date was made: as an index of sources says, else the time of the file."""
    if settings.get("serial"):
        try:
            return moment(settings["serial"])
        except InputError as error:
            raise SourceError(str(error)) from error
    if urllib.parse.urlsplit(location).scheme:
        return None
    return datetime.datetime.fromtimestamp((base / location).stat().st_mtime, datetime.UTC)
