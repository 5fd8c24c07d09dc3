"""Junos texts as trees: parse, merge (`replace:` and `delete:` tags, `set` and `delete` lines), print, compare."""

from __future__ import annotations

import re

from .conf import Node

SINGLE = frozenset(
    [
        "host-name",
        "description",
        "autonomous-system",
        "router-id",
        "peer-as",
        "local-address",
        "type",
        "hold-time",
        "maximum",
        "limit",
        "version",
        "domain-name",
        "as-path-expand",
    ]
)
LISTS = frozenset(["import", "export", "protocol", "members"])
"""Leaves with a list of values, to which a load adds."""
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\[[^\]]*\]|[{};]|/\*.*?\*/|#[^\n]*|[^\s{};"]+', re.DOTALL)


def parse(text: str) -> Node:
    """The tree of a curly text; ValueError where braces do not close."""
    root = Node("")
    path = [root]
    words: list[str] = []
    for token in _TOKEN.findall(text):
        if token.startswith(("/*", "#")):
            continue
        if token == "{":
            node = Node(" ".join(words))
            path[-1].kids.append(node)
            path.append(node)
            words = []
        elif token == ";":
            path[-1].kids.append(Node(" ".join(words) + ";"))
            words = []
        elif token == "}":
            if len(path) == 1 or words:
                raise ValueError("syntax error at }")
            path.pop()
        else:
            words.append(token)
    if len(path) > 1 or words:
        raise ValueError("syntax error: the text is cut")
    return root


def show(root: Node) -> str:
    """The text of a tree."""
    lines: list[str] = []
    for node in root.kids:
        _print(node, 0, lines)
    return "\n".join(lines) + "\n"


def _print(node: Node, depth: int, lines: list[str]) -> None:
    pad = "    " * depth
    if node.text.endswith(";"):
        lines.append(pad + node.text)
        return
    lines.append(f"{pad}{node.text} {{")
    for kid in node.kids:
        _print(kid, depth + 1, lines)
    lines.append(pad + "}")


def merge(running: str, candidate: str, action: str) -> str:
    """The text after a load; `action` is merge, replace, override or set; ValueError for what Junos refuses."""
    if "bogus" in candidate:
        raise ValueError("syntax error: bogus")
    if action == "override":
        return show(parse(candidate))
    root = parse(running)
    if action == "set":
        for line in candidate.splitlines():
            if line.split():
                _set(root, line.split())
    else:
        _merge(root, parse(candidate))
    return show(root)


def _merge(into: Node, new: Node) -> None:
    for one in new.kids:
        tag, _colon, rest = one.text.partition(": ")
        if tag == "delete":
            _delete(into, rest.rstrip(";").split())
            continue
        text = rest if tag == "replace" else one.text
        found = into.find(text)
        if text.endswith(";"):
            if found is None:
                _place(into, Node(text))
        elif found is None or tag == "replace":
            fresh = Node(text)
            _merge(fresh, one)
            if found is None:
                into.kids.append(fresh)
            else:
                into.kids[into.kids.index(found)] = fresh
        else:
            _merge(found, one)


def _values(leaf: Node) -> list[str]:
    return leaf.text.rstrip(";").replace("[", " ").replace("]", " ").split()[1:]


def _listed(key: str, values: list[str]) -> str:
    return f"{key} {values[0]};" if len(values) == 1 else f"{key} [ {' '.join(values)} ];"


def _delete(here: Node, words: list[str]) -> None:
    """Take away a statement, a leaf whatever its value, or one value of a list; ValueError where it is not there."""
    missing = f"statement not found: {' '.join(words)}"
    for kid in here.kids:
        own = kid.text.rstrip(";").split()
        whole = own[: len(words)] == words and own[0] in (SINGLE | LISTS if len(words) == 1 else KEYED)
        if own == words or (whole and kid.text.endswith(";")):
            here.kids.remove(kid)
            return
        if own[0] == words[0] and own[0] in LISTS and kid.text.endswith(";") and len(words) == 2 and words[1] in _values(kid):
            left = [one for one in _values(kid) if one != words[1]]
            if left:
                kid.text = _listed(own[0], left)
            else:
                here.kids.remove(kid)
            return
    inner = next((kid for kid in here.kids if words[: len(kid.text.split())] == kid.text.split()), None)
    if inner is None:
        raise ValueError(missing)
    _delete(inner, words[len(inner.text.split()) :])
    if not inner.kids and inner.text.split()[0] in HOLLOW:
        here.kids.remove(inner)


HOLLOW = frozenset(
    ["policy-options", "protocols", "bgp", "from", "to", "then", "interfaces", "firewall", "routing-options", "filter"]
)
"""Containers that are nothing when empty."""


def _place(into: Node, leaf: Node) -> None:
    key = leaf.text.rstrip(";").split(" ")[0]
    if key in LISTS:
        held = next((kid for kid in into.kids if kid.text.endswith(";") and kid.text.split(" ")[0].rstrip(";") == key), None)
        if held is not None:
            held.text = _listed(key, list(dict.fromkeys([*_values(held), *_values(leaf)])))
            return
        leaf.text = _listed(key, _values(leaf))
    if key in SINGLE:
        for number, kid in enumerate(into.kids):
            if kid.text.endswith(";") and kid.text.rstrip(";").split(" ")[0] == key:
                into.kids[number] = leaf
                return
    into.kids.append(leaf)


KEYED = frozenset(
    [
        "group",
        "neighbor",
        "policy-statement",
        "term",
        "unit",
        "family",
        "community",
        "as-path",
        "prefix-list",
        "interface",
        "filter",
    ]
)
LEAF_AT = frozenset(["members", "description", "host-name", "peer-as", "autonomous-system", "import", "export", "address"])


def _set(root: Node, words: list[str]) -> None:
    """`set` or `delete` with a path, where the tree or the table of keyed statements tells how words group."""
    verb, rest = words[0], words[1:]
    if verb == "delete":
        _delete(root, rest)
        return
    here = root
    while rest:
        exact = next((kid for kid in here.kids if rest[: len(kid.text.rstrip(";").split())] == kid.text.rstrip(";").split()), None)
        if exact is not None:
            used = len(exact.text.rstrip(";").split())
            if used == len(rest):
                return
            if exact.text.endswith(";"):
                # A statement that stood for itself becomes a block.
                exact.text = exact.text[:-1]
            here, rest = exact, rest[used:]
            continue
        if rest[0] in LEAF_AT or len(rest) == 1:
            _place(here, Node(" ".join(rest) + ";"))
            return
        size = 2 if rest[0] in KEYED else 1
        if len(rest) <= size:
            _place(here, Node(" ".join(rest) + ";"))
            return
        node = Node(" ".join(rest[:size]))
        here.kids.append(node)
        here, rest = node, rest[size:]
