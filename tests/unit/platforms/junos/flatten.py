"""The curly form as `| display set` shows it: written from the syntax alone, for tests."""

from __future__ import annotations

import re

TOKEN = re.compile(r'/\*.*?\*/|#[^\n]*|"(?:[^"\\]|\\.)*"|[{};]|[^\s{};"]+', re.DOTALL)


def flatten(text: str) -> str:
    """Every statement as a `set` line in order, `inactive:` as `deactivate` after them."""
    out: list[str] = []
    off: list[str] = []
    stack: list[list[str]] = []
    words: list[str] = []
    for token in TOKEN.findall(text):
        if token.startswith(("#", "/*")):
            continue
        if token == "}":
            words, last = [], stack.pop()
            if last[0] == "empty":
                out.append("set " + " ".join(_path(stack, last[1:])))
            continue
        if token not in "{;":
            words.append(token)
            continue
        while words and words[0] in ("protect:", "inactive:"):
            if words.pop(0) == "inactive:":
                _off(off, stack, words, token)
        if stack and words:
            stack[-1][0] = "filled"
        if token == "{":
            stack.append(["empty", *words])
        elif words:
            out += ["set " + " ".join(_path(stack, one)) for one in _each(words)]
        words = []
    return "".join(f"{one}\n" for one in (*out, *off))


def _off(off: list[str], stack: list[list[str]], words: list[str], token: str) -> None:
    off += ["deactivate " + " ".join(_path(stack, one)) for one in _each(words)]


def _path(stack: list[list[str]], words: list[str]) -> list[str]:
    return [word for block in stack for word in block[1:]] + words


def _each(words: list[str]) -> list[list[str]]:
    """A statement with `[ A B ]` as one for each member."""
    if "[" not in words:
        return [words]
    start, end = words.index("["), words.index("]")
    return [[*words[:start], one, *words[end + 1 :]] for one in _members(words[start + 1 : end])]


def _members(words: list[str]) -> list[str]:
    """Members of a list; an expression in parentheses is one."""
    out: list[str] = []
    depth = 0
    for word in words:
        if depth:
            out[-1] += f" {word}"
        else:
            out.append(word)
        depth += 0 if word.startswith('"') else word.count("(") - word.count(")")
    return out
