"""Policy expressions: `( A && ! B )` as a tree."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .lexer import DEEPEST


@dataclass(frozen=True, slots=True)
class Expr:
    """A policy name, or `not`, `and`, `or` over expressions; `bad` where the text is none."""

    op: str
    name: str = ""
    parts: tuple[Expr, ...] = ()


def expression(text: str) -> Expr:
    """A policy name or expression such as `( A && ! B )`."""
    words = re.findall(r"&&|\|\||[!()]|[^\s()!&|]+", text)
    if "".join(words) != re.sub(r"\s", "", text) or not words or len(words) > DEEPEST:
        return Expr("bad", text)
    found, at = _or(words, 0)
    return found if at == len(words) else Expr("bad", text)


def _or(words: list[str], at: int) -> tuple[Expr, int]:
    return _chain(words, at, "||", "or")


def _chain(words: list[str], at: int, sign: str, op: str) -> tuple[Expr, int]:
    one, at = _chain(words, at, "&&", "and") if sign == "||" else _not(words, at)
    while at < len(words) and words[at] == sign:
        two, at = _chain(words, at + 1, "&&", "and") if sign == "||" else _not(words, at + 1)
        one = Expr(op, parts=(one, two))
    return one, at


def _not(words: list[str], at: int) -> tuple[Expr, int]:
    if at >= len(words):
        return Expr("bad", "end"), at
    if words[at] == "!":
        inner, at = _not(words, at + 1)
        return Expr("not", parts=(inner,)), at
    if words[at] == "(":
        inner, at = _or(words, at + 1)
        if at < len(words) and words[at] == ")":
            return inner, at + 1
        return Expr("bad", "("), at
    return (Expr("bad", words[at]) if words[at] in (")", "&&", "||") else Expr("name", words[at])), at + 1


def names(expr: Expr) -> list[str]:
    """Policies that an expression names."""
    return [expr.name] if expr.op == "name" else [name for one in expr.parts for name in names(one)]
