"""Lines without their words: what a parser goes by stays, and no word but those that every bundle may show."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from ..model.router import Router
from . import tool
from .redact import MARK, PLACEHOLDER, Device, Scrubber, blank, secret_spans, shown

BETWEEN = re.compile(r"(/\*|\*/|[{}\[\]();,\"*<>]|#+|(?<!\S)!+|(?<![^\s(])\$(?=[A-Za-z])|(?<!\S)end-)")
"""What stands between words on any platform, blanks aside: braces, ends of statements, comments and banners, wildcards, marks of variables."""
KEYWORD = re.compile(
    r"(?i)pass(?!i)|secret|key|md5|\bsha|auth|cipher|encrypt|credential|token|\bpin$|psk|localized|hash|environment"
)
"""Words that secrets stand behind: of what follows in the line only the structure is kept."""
SHORT = 3
"""Characters up to which a word can be no secret."""
PLAIN = re.compile(
    r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?:/[0-9]{1,2})?|(?=.*:.*:)[0-9a-f:]{2,39}(?:/[0-9]{1,3})?|[A-Za-z-]{2,24}[0-9]+(?:/[0-9]+)+(?:\.[0-9]+)?"
    r"|(?=.*[:_^$.*/\[])(?:[0-9^$_.*+?()|\[\]{}<>:/,-]|\[:[a-z]{5,6}:\]){2,60}"
)
"""Addresses, names of ports, lengths, communities and patterns of numbers, which are no secrets."""
UNKNOWN = "redacted-"
"""A word that was dropped, with a number that is the same wherever the same word stood on this device."""


class Skeleton:
    """Drops words that neither a parser knows nor the bundle shows already; the same word gets the same number everywhere."""

    def __init__(self, shown: Iterable[str], hidden: Collection[str]) -> None:
        """`shown` are texts that the bundle shows as they are, `hidden` words that are secrets somewhere."""
        self._lines = {line.strip() for line in shown}
        words = (word for line in self._lines for chunk in line.split() for word in (chunk, *BETWEEN.split(chunk)))
        self._kept = (tool.platform_words() | set(words)).difference(hidden)
        self._hidden = hidden
        self._numbers: dict[str, int] = {}

    def line(self, text: str) -> str:
        """The line without its words, each blank and brace where it stood."""
        if text.lstrip().startswith(PLACEHOLDER + " ") or text.strip() in self._lines:
            return text
        out, secret = [], False
        for part in re.split(r"(\s+)", text):
            known = self._known(part)
            pieces = [part] if known else BETWEEN.split(part)
            for at, piece in enumerate(pieces) if part.strip() else ():
                if at % 2 or not piece or BETWEEN.fullmatch(piece) or piece == UNKNOWN.rstrip("-"):
                    out.append(piece)
                elif secret:
                    out.append(MARK)
                else:
                    out.append(piece if known or self._shown(piece) else self._dropped(piece))
            out.append("" if part.strip() else part)
            secret = secret or KEYWORD.search(part) is not None
        return "".join(out)

    def _known(self, word: str) -> bool:
        """Whether a word may be shown that stands between blanks: short and plain ones would tell something of a longer one around them."""
        return self._shown(word) or (word not in self._hidden and (len(word) <= SHORT or PLAIN.fullmatch(word) is not None))

    def _shown(self, word: str) -> bool:
        """Whether a word is one that may be shown anywhere."""
        return word not in self._hidden and (word in self._kept or word.rstrip(":") in self._kept)

    def _dropped(self, word: str) -> str:
        if re.fullmatch(UNKNOWN + "[0-9]+", word):
            return word
        return f"{UNKNOWN}{self._numbers.setdefault(word, len(self._numbers) + 1)}"


def names(router: Router) -> Iterable[str]:
    """Names of the model, which results speak of."""
    for one in router.unread:
        yield from (one.taints.name, one.where)
    for session in router.sessions:
        yield from (session.neighbor, session.vrf, session.group or "")
        yield from (each.name for side in (session.inbound, session.outbound) for each in side.filters)
    yield from router.policies
    lists = (router.prefix_lists, router.as_path_lists, router.community_lists, router.other_lists)
    for held in (*lists, router.interfaces, router.undefined):
        yield from (one.name for one in held)


def shaped(device: Device, router: Router, scrubber: Scrubber, letters: str) -> Device:
    """The device with the skeleton of each raw line whose state is in `letters`, in the place of a placeholder or an empty line."""
    states, spans = router.line_states, secret_spans(device.raw, router)
    used = (line for line, state in zip(device.lines, states, strict=True) if state == "u")
    skeleton = Skeleton((*used, *names(router)), {*scrubber.strong, *scrubber.weak})
    lines = list(device.lines)
    for number, state in enumerate(states, 1):
        if state in letters and (state != "i" or not lines[number - 1]):
            lines[number - 1] = skeleton.line(blank(device.raw[number - 1], spans.get(number, [])))
    return shown(device.name, router, device.raw, lines, scrubber)
