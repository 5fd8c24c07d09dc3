"""Parameters of routing policies: `$name` is replaced as text by the words of the argument."""

from __future__ import annotations

import re
from collections.abc import Mapping

Words = tuple[str, ...]
Env = Mapping[str, Words | None]
"""Words of each parameter; None where it has no value yet."""
NAME = re.compile(r"\$([A-Za-z_][A-Za-z0-9_-]*)")


class Unbound(Exception):
    """A parameter without a value stands here."""


def bind(words: Words, env: Env) -> Words:
    """The words with every parameter replaced; Unbound when one has no value."""
    if not any("$" in word for word in words):
        return words
    out: list[str] = []
    for word in words:
        whole = NAME.fullmatch(word)
        if whole is not None:
            out += _value(whole[1], env)
        elif word[:1] in ("'", '"'):
            out.append(NAME.sub(lambda found: _quoted(found, env), word))
        else:
            out.append(NAME.sub(lambda found: " ".join(_value(found[1], env)), word))
    return tuple(out)


def _value(name: str, env: Env) -> Words:
    found = env.get(name)
    if found is None:
        raise Unbound(name)
    return found


def _quoted(found: re.Match[str], env: Env) -> str:
    """Inside quotes a `$` that no parameter follows is an anchor of an expression."""
    if found[1] not in env:
        return found[0]
    return " ".join(one.strip("'\"") for one in _value(found[1], env))
