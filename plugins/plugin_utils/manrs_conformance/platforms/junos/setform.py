"""The `set` form (`show configuration | display set`) into a tree of words."""

from __future__ import annotations

from collections.abc import Iterator

from ...model.router import Taint, Unread
from .lexer import DEEPEST, grouped, paths, tokens
from .tree import Book, Node

VERBS = frozenset({"set", "deactivate", "activate", "protect", "unprotect", "annotate"})
OTHER_VERBS = frozenset({"delete", "edit", "top", "up", "rename", "replace", "insert", "copy"})
BULK_ODD = ('"', "[", "(", "#", "!", "{")


def looks_like_set(lines: list[str]) -> bool:
    """Whether the first statement is one of the `set` form."""
    for line in lines:
        words = line.split(None, 2)
        if words and words[0] in VERBS | OTHER_VERBS and len(words) > 1 and not line.rstrip().endswith("{"):
            return True
        if words and not line.lstrip().startswith(("#", "/*", "!")):
            return False
    return False


def read_set(book: Book) -> Node:
    """The tree of the whole text."""
    root = Node()
    lines = book.lines
    off: list[tuple[str, ...]] = []
    at = 0
    while at < len(lines):
        text = lines[at].strip()
        number = at + 1
        at += 1
        if not text or text[0] == "#":
            book.mark(number, 105)
        elif text.startswith("!manrs-redacted"):
            _redacted(root, book, number, text)
        elif text.startswith("set "):
            taken = _run(root, book, number - 1) if " prefix-list " in text or "route-filter" in text else 0
            if taken:
                at += taken - 1
            else:
                _set(root, book, number, text)
        else:
            off += _verb(book, number, text)
    for path in off:
        _deactivate(root, book, path)
    return root


def _set(root: Node, book: Book, number: int, text: str) -> None:
    words = text.split()[1:] if not any(one in text for one in '"[(#') else tokens(text)[1:]
    for path in paths(grouped(words)):
        if 0 < len(path) <= DEEPEST:
            root.make(*path).lines.append(number)
            book.paths[number] = path


def _redacted(root: Node, book: Book, number: int, text: str) -> None:
    words, _, where = text.partition(" @ ")
    state = "unsupported" if words.split()[1:2] == ["unsupported"] else "unrecognised"
    path = tuple(one for one in grouped(tokens(where)) if isinstance(one, str))[:DEEPEST]
    root.make(*path, f"!{state}").lines.append(number)
    book.paths[number] = (*path, f"!{state}")


def _verb(book: Book, number: int, text: str) -> list[tuple[str, ...]]:
    """Account for a line that is no `set`; paths that it deactivates."""
    words = tokens(text)
    if words[:1] == ["deactivate"] and len(words) > 1:
        book.mark(number, 117)
        return paths(grouped(words[1:]))
    if words and words[0] in ("activate", "protect", "unprotect", "annotate"):
        book.mark(number, 105)
        return []
    if words and words[0] in OTHER_VERBS:
        book.problem = book.problem or f"line {number} is a patch ({words[0]}), not a configuration"
        book.mark(number, 115)
        book.unread[(number, "router")] = Unread(number, text, "unsupported", Taint("router"))
    return []


def _deactivate(root: Node, book: Book, path: tuple[str, ...]) -> None:
    """Take away what is deactivated; a list keeps its other members."""
    for known in _prefixes(path):
        node = root.at(*known)
        if node is not None:
            book.unbulk(node)
    parent = root.at(*path[:-1])
    gone = parent.kids.pop(path[-1], None) if parent is not None else None
    if gone is None:
        return
    book.skip(gone)
    for length in range(len(path) - 1, 1, -1):
        # A parent that exists only through what was deactivated is gone as well, as in the curly form.
        above, here = root.at(*path[: length - 1]), root.at(*path[:length])
        if above is None or here is None or here.kids or here.lines or here.rows:
            break
        del above.kids[path[length - 1]]


def _prefixes(path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for length in range(max(len(path) - 2, 0), len(path) + 1):
        yield path[:length]


def _run(root: Node, book: Book, at: int) -> int:
    """Lines taken as one run of members of a prefix list or of route filters; 0 when this is none."""
    lines = book.lines
    words = lines[at].split()
    if "prefix-list" in words[-2:-1] or "prefix-list" in words[-3:-2]:
        base, plain = lines[at][: -len(lines[at].split(" ")[-1])], True
        if words[-3:-2] != ["prefix-list"]:
            return 0
    elif "route-filter" in words:
        base, plain = lines[at][: lines[at].index(" route-filter ") + 14] if " route-filter " in lines[at] else "", False
    elif "route-filter-list" in words[:-2]:
        place = words.index("route-filter-list")
        base, plain = " ".join(words[: place + 2]) + " ", False
    else:
        return 0
    end = at
    size = len(base)
    while end < len(lines) and size and lines[end].startswith(base):
        end += 1
    chunk = [one[size:] for one in lines[at:end]]
    joined = "\n".join(chunk)
    if len(chunk) < 4 or any(one in joined for one in BULK_ODD) or (plain and " " in joined) or "" in chunk:
        return 0
    path = tuple(base.split()[1:])
    root.make(*path).rows.append((at + 1, chunk))
    book.paths[-(at + 1)] = path
    book.bulk.append((at + 1, end + 1))
    return len(chunk)
