"""Redaction: only what was used stays, line numbers stay true, secrets never stay."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from typing import Any

from ..errors import BundleError
from ..model.changed import kept as last_change
from ..model.result import Finding
from ..model.router import Router, Secret, Unread
from ..model.snapshot import Snapshot
from . import tool
from .canonical import map_text, plain

MARK = "<redacted>"
PLACEHOLDER = "!manrs-redacted"
PARTS = ("match", "set", "if", "elseif")
"""First words of policy lines that a placeholder keeps: the reader needs them to know what kind of statement stood there."""
STRUCTURE = frozenset({"!", "end"})
"""Irrelevant lines that prove completeness and cannot carry a secret."""

OTHER = re.compile("[^u]")
"""States of lines that are not kept as they are."""

WEAK = re.compile(
    r"[A-Z]?[a-z]{1,7}|[A-Z]{1,5}|[0-9]{1,5}|.{0,3}|(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?:/[0-9]{1,2})?|[0-9a-f:]*::[0-9a-f:]*(?:/[0-9]{1,3})?"
)
"""Plain words and short numbers: replaced where they stand as a secret, but not wherever the same word happens to occur."""

AFTER_KEYWORD = re.compile(
    r"(?i)(?<![A-Za-z0-9])(pass(?:word|phrase)?|secret|key-string|authentication-key|auth-key|pre-shared-key|shared-secret|md5-?key|tcp-md5|md5)"
    r"([ \t]*[=:][ \t]*|[ \t]+)((?:(?:encrypted|clear|cipher|simple|plaintext|ascii-text|hexadecimal|hash|sha[0-9]{1,3}|[0-9]{1,2}a?)[ \t]+)?)"
    r"(\"[^\"\n]*\"|'[^'\n]*'|[^\s\"']+)"
)

CODES = frozenset({"fingerprint", "check", "status", "severity", "direction", "family"})
"""Parts of a finding that no configuration reaches."""

KEYWORDS = ("pass", "secret", "key", "md5")
"""One of these stands wherever `AFTER_KEYWORD` matches: long lists have none, and looking for four words is a hundred times faster."""

MEMORY = 500_000
"""Words and lines that a search remembers as clean; it forgets them all when there are more, so that a fleet of any size fits."""

NUMERIC = re.compile(r"[0-9./:,]+")
"""Words of digits, as prefixes and numbers are: most of a configuration, and only a value of the same kind can stand in one."""


@dataclass(frozen=True, slots=True)
class Device:
    """One device as the bundle shows it: raw and redacted lines, in step."""

    name: str
    raw: tuple[str, ...]
    lines: tuple[str, ...]
    unread: tuple[tuple[str, str], ...]
    """Texts of lines that were not understood, with what stands for each."""

    def line(self, number: int) -> str:
        """Redacted text of a line (from 1), without indentation; empty when there is no such line."""
        return self.lines[number - 1].strip() if 0 < number <= len(self.lines) else ""

    def holds(self, number: int, text: str) -> bool:
        """Whether the raw line of this number (from 1) is this text, indentation apart."""
        return 0 < number <= len(self.raw) and self.raw[number - 1].strip() == text.strip()


def split_lines(snapshot: Snapshot, router: Router) -> tuple[str, ...]:
    """Cut a configuration as its parser did; BundleError when lines and line states are out of step (columns would lie)."""
    plain_cut = snapshot.config.replace("\r\n", "\n").split("\n")
    if plain_cut and plain_cut[-1] == "":
        plain_cut.pop()
    cuts: tuple[Callable[[], list[str]], ...] = (
        lambda: plain_cut,
        lambda: [*plain_cut, ""],
        snapshot.config.splitlines,
        lambda: snapshot.config.split("\n"),
    )
    for cut in cuts:
        if len(lines := cut()) == len(router.line_states):
            return tuple(lines)
    raise BundleError(
        f"{snapshot.host}: {len(plain_cut)} lines but {len(router.line_states)} line states: "
        "refusing to write a configuration that cannot be redacted"
    )


def secret_values(snapshots: Mapping[str, Snapshot], routers: Mapping[str, Router]) -> frozenset[str]:
    """Every secret that stands in a configuration, as text."""
    values: set[str] = set()
    for name, router in routers.items():
        if name not in snapshots:
            continue
        lines = split_lines(snapshots[name], router)
        for secret in (*router.secrets, *suspected(lines, router)):
            if 0 < secret.line <= len(lines):
                text = lines[secret.line - 1][secret.start : secret.end]
                values.update({text.strip(), text.strip().strip("\"'")})
    return frozenset(value for value in values if value and MARK not in value)


def suspected(lines: Sequence[str], router: Router) -> Iterator[Secret]:
    """Secrets that stand where their parser does not expect any, on lines that are kept: a password within a policy whose end was lost.

    Known words behind a keyword are none: `secret` may be the name of a policy.
    """
    words = tool.platform_words()
    known = {one.line for one in router.secrets if lines[one.line - 1][one.start : one.end] not in words}
    for number in _mentioning("\n".join(lines).casefold(), KEYWORDS):
        text = lines[number - 1]
        if router.line_states[number - 1] != "u" or number in known:
            continue
        for match in AFTER_KEYWORD.finditer(text):
            if match[1].casefold() != "pass" and (found := _unknown(text, match.start(4), words)):
                yield Secret(number, *found)


def _unknown(text: str, start: int, words: Set[str]) -> tuple[int, int] | None:
    """Columns of the first of three words from `start` on that is none of these."""
    for match in islice(re.compile(r"\"[^\"]+\"|[^\s\"';{}]+").finditer(text, start), 3):
        value = match[0].strip('"')
        if MARK in value:
            return None
        if value not in words and len(value) > 3:
            at = match.start() + match[0].find(value)
            return at, at + len(value)
    return None


def _mentioning(folded: str, words: Iterable[str]) -> list[int]:
    """Numbers of the lines of a text that hold one of these words."""
    found: set[int] = set()
    for word in words:
        at, number, since = folded.find(word), 1, 0
        while at >= 0:
            number += folded.count("\n", since, at)
            found.add(number)
            since, end = at, folded.find("\n", at)
            at = folded.find(word, end) if end >= 0 else -1
    return sorted(found)


class Scrubber:
    """Replaces every secret value wherever it occurs; weak ones only after a word such as `password`.

    Weak are plain words, addresses, and words that the tool uses itself: a password that is one of these must not change what results say.
    Texts are looked at by their distinct lines and words, each once for all texts, so that a fleet costs no more than its parts.
    """

    def __init__(self, values: Iterable[str]) -> None:
        ordered = sorted(set(values), key=lambda value: (-len(value), value))
        weak = {value for value in ordered if WEAK.fullmatch(value) or value in tool.vocabulary()}
        self.strong = tuple(value for value in ordered if value not in weak)
        self.weak = frozenset(weak)
        self._spaced = [value for value in self.strong if len(value.split()) != 1 or value.strip() != value]
        self._numeric = [value for value in self.strong if NUMERIC.fullmatch(value)]
        self._others = [value for value in self.strong if not NUMERIC.fullmatch(value) and value not in set(self._spaced)]
        self._clean: set[str] = set()
        self._lines: set[str] = set()

    def present(self, text: str) -> list[str]:
        """The strong values that occur in a text, longest first."""
        for known in (self._clean, self._lines):
            if len(known) > MEMORY:
                known.clear()
        lines = set(text.split("\n")) - self._lines
        words = set("\n".join(lines).split()) - self._clean
        numbers = {word for word in words if NUMERIC.fullmatch(word)}
        found = [value for value in self._spaced if value in text]
        for values, among in ((self._others, words - numbers), (self._numeric, words)):
            whole = "\0".join(among) if values else ""
            found += [value for value in values if value in whole]
        clean = {word for word in words if not any(value in word for value in found)} if found else words
        self._clean |= clean
        if len(clean) == len(words):
            self._lines |= lines
        return sorted(found, key=lambda value: (-len(value), value))

    def within(self, texts: Iterable[str]) -> Scrubber:
        """A scrubber for these texts only, without the values that none of them holds: the same answer, sooner."""
        return Scrubber((*self.present("\0 ".join(texts)), *self.weak))

    def text(self, text: str) -> str:
        """The text without secrets."""
        for value in self.present(text):
            if value in text:
                text = bounded(value).sub(MARK, text) if len(value) < 8 else text.replace(value, MARK)
        if self.weak and len(text) < 10_000_000 and mentions(text, KEYWORDS):
            text = AFTER_KEYWORD.sub(self._keyword, text)
        return text

    def _keyword(self, match: re.Match[str]) -> str:
        if match[4].strip("\"'") not in self.weak:
            return match[0]
        return f"{match[1]}{match[2]}{match[3]}{MARK}"


def mentions(text: str, words: Iterable[str]) -> bool:
    """Whether one of these words (in small letters) stands in a text, in letters of any size."""
    folded = text.casefold()
    return any(word in folded for word in words)


def bounded(value: str) -> re.Pattern[str]:
    """A pattern for the value as a token of its own."""
    return re.compile(rf"(?<![A-Za-z0-9]){re.escape(value)}(?![A-Za-z0-9])")


def redact(snapshot: Snapshot, router: Router, scrubber: Scrubber) -> Device:
    """Keep used lines without secrets, empty irrelevant ones, leave a typed placeholder for each one not understood."""
    raw = split_lines(snapshot, router)
    unread = unread_lines(router)
    lines, hidden = list(raw), secret_spans(raw, router)
    states = router.line_states
    special = {found.start() + 1 for found in OTHER.finditer(states)}.union(hidden, unread)
    for number in sorted(one for one in special if 0 < one <= len(lines)):
        text, state = raw[number - 1], states[number - 1]
        if number in unread or state in "s?":
            kept = _placeholder(text, state, unread.get(number, []))
        elif state == "u":
            kept = blank(text, hidden.get(number, []))
        else:
            kept = text if text.strip() in STRUCTURE else last_change(text) or ""
        lines[number - 1] = kept
    return shown(snapshot.host, router, raw, lines, scrubber)


def shown(host: str, router: Router, raw: tuple[str, ...], lines: list[str], scrubber: Scrubber) -> Device:
    """A device with these lines in the place of its raw ones, known secrets taken out once more."""
    missed = {number for number in unread_lines(router) if 0 < number <= len(lines)}
    missed |= {number for number, state in enumerate(router.line_states, 1) if state in "s?"} if _doubtful(router) else set()
    before = {(raw[number - 1].strip(), lines[number - 1].strip()) for number in missed}
    whole = "\n".join(lines)
    if lines and (clean := scrubber.text(whole)) != whole:
        lines = clean.split("\n")
    after = {(one.text.strip(), lines[one.line - 1].strip()) for one in router.unread if 0 < one.line <= len(lines)}
    pairs = {pair for pair in before | after if len(pair[0]) > 3 and not _public(*pair)}
    if pairs:
        # A text that stands on a line that is kept is no secret, and means that line too where results quote it.
        used = {line.strip() for line, state in zip(lines, router.line_states, strict=True) if state == "u"}
        pairs = {pair for pair in pairs if pair[0] not in used or pair[0] == pair[1]}
    return Device(host, raw, tuple(lines), tuple(sorted(pairs, key=lambda pair: (-len(pair[0]), pair))))


def _public(text: str, kept: str) -> bool:
    """Whether a line that is not kept has no word but those of the platforms: what the tool says may have them too, by itself."""
    return text != kept and tool.platform_words().issuperset(text.split()) and not AFTER_KEYWORD.search(text)


def _doubtful(router: Router) -> bool:
    return "s" in router.line_states or "?" in router.line_states


def secret_spans(raw: Sequence[str], router: Router) -> dict[int, list[tuple[int, int]]]:
    """Columns of secrets by line."""
    spans: dict[int, list[tuple[int, int]]] = {}
    for secret in (*router.secrets, *suspected(raw, router)):
        spans.setdefault(secret.line, []).append((secret.start, secret.end))
    return spans


def unread_lines(router: Router) -> dict[int, list[Unread]]:
    """What was not understood, by line."""
    unread: dict[int, list[Unread]] = {}
    for one in router.unread:
        unread.setdefault(one.line, []).append(one)
    return unread


def blank(text: str, spans: list[tuple[int, int]]) -> str:
    """The text with these columns replaced."""
    for start, end in sorted(spans, reverse=True):
        text = text[:start] + MARK + text[end:]
    return text


def _placeholder(text: str, letter: str, unread: list[Unread]) -> str:
    body = text.strip()
    if body.startswith(PLACEHOLDER + " "):
        return text
    taints = {str(one.taints) for one in unread if not one.derived}
    taint = taints.pop() if len(taints) == 1 else "router"
    state = unread[0].state if unread else ("unsupported" if letter == "s" else "unrecognised")
    indent = text[: len(text) - len(text.lstrip())]
    first = body.split(None, 1)[0] if body else ""
    where = unread[0].where if unread else ""
    part = f" {first}" if first in PARTS and taint.startswith("policy ") else ""
    return f"{indent}{PLACEHOLDER} {state} {taint}" + (f" @ {where}" if where else part)


def commitment(key: bytes, device: str, text: str) -> str:
    """HMAC-SHA256 of a raw text under the run's key: binds the redacted file to it without helping anyone guess the secrets."""
    return hmac.new(
        key, b"manrs-raw\0" + device.encode("utf-8", "backslashreplace") + b"\0" + text.encode("utf-8", "backslashreplace"), sha256
    ).hexdigest()


def finding_value(finding: Finding, device: Device | None, scrubber: Scrubber) -> dict[str, Any]:
    """A finding as plain JSON without anything that redaction removes, so that a replay from redacted text gives the same bytes."""
    value = plain(finding)
    assert isinstance(value, dict)

    def change(text: str) -> str:
        return rewritten(text, device, scrubber)

    steps = [*value["lines"], *(step for witness in value["witnesses"] for step in witness["trace"])]
    for step in steps:
        if device and device.holds(step["line"], step["text"]):
            step["text"] = device.line(step["line"])
    return {key: item if key in CODES else map_text(item, change) for key, item in value.items()}


def rewritten(text: str, device: Device | None, scrubber: Scrubber) -> str:
    """A text of the tool as it reads when it quotes redacted lines."""
    found: list[str] = []
    for raw, kept in device.unread if device else ():
        if raw in text:
            # What stands for one line is not looked at for others.
            text = bounded(raw).sub(f"\0{len(found)}\0", text)
            found.append(kept)
    for number, kept in enumerate(found):
        text = text.replace(f"\0{number}\0", kept)
    return scrubber.text(text)


def as_kept(snapshot: Snapshot, router: Router) -> Device:
    """A device whose text was redacted before: its lines are shown as they stand."""
    lines = split_lines(snapshot, router)
    return Device(snapshot.host, lines, lines, ())
