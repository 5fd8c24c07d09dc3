"""Words of Junos configuration text: quotes, lists, policy expressions and comments."""

from __future__ import annotations

import re

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|/\*.*?\*/|#.*|[{};]|[^\s{};"]+|"')
DEEPEST = 64
"""Words of the longest path that is read; no statement of Junos comes near it."""
MODIFIERS = frozenset({"inactive:", "protect:", "active:", "replace:", "delete:"})
Word = str | tuple[str, ...]
"""A word, or the words of a list `[ A B ]`."""


def tokens(text: str) -> list[str]:
    """Words and the marks `{`, `}`, `;` of one line, without comments."""
    return [one for one in TOKEN.findall(text) if not one.startswith(("#", "/*"))]


def unquoted(word: str) -> str:
    """A word without its quotes."""
    return word[1:-1].replace('\\"', '"') if len(word) > 1 and word[0] == '"' == word[-1] else word


def grouped(words: list[str]) -> list[Word]:
    """Words with `[ A B ]` as one list and `( A && B )` as one expression."""
    out: list[Word] = []
    at = 0
    while at < len(words):
        word = words[at]
        if word == "[":
            end = words.index("]", at) if "]" in words[at:] else len(words)
            out.append(tuple(_expressions(words[at + 1 : end])))
            at = end + 1
            continue
        if word.startswith("(") and _depth(word) > 0:
            taken, at = _expression(words, at)
            out.append(taken)
            continue
        out.append(unquoted(word))
        at += 1
    return out


def _expressions(words: list[str]) -> list[str]:
    return [one for one in grouped([word for word in words if word != "["]) if isinstance(one, str)]


def _depth(word: str) -> int:
    return 0 if word.startswith('"') else word.count("(") - word.count(")")


def _expression(words: list[str], at: int) -> tuple[str, int]:
    depth, start = 0, at
    while at < len(words):
        depth += _depth(words[at])
        at += 1
        if depth <= 0:
            break
    return " ".join(words[start:at]), at


def paths(words: list[Word]) -> list[tuple[str, ...]]:
    """Every single path that the words with their lists stand for."""
    out: list[tuple[str, ...]] = [()]
    for word in words:
        each = (word,) if isinstance(word, str) else word
        out = [(*one, last) for one in out for last in each]
    return out


def split_modifiers(words: list[str]) -> tuple[frozenset[str], list[str]]:
    """Modifiers in front of a statement (`inactive:`, `protect:`), and the statement."""
    at = 0
    while at < len(words) and words[at] in MODIFIERS:
        at += 1
    return frozenset(words[:at]), words[at:]
