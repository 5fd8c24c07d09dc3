"""Junos texts as trees: parse, merge (`replace:` and `delete:` tags, `set` and `delete` lines), print, compare."""

from __future__ import annotations

import re
from collections.abc import Iterator

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
        "teardown",
        "port",
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
        _sort(node)
        _print(node, 0, lines)
    return "\n".join(lines) + "\n"


def _print(node: Node, depth: int, lines: list[str]) -> None:
    pad = "    " * depth
    if node.text.endswith(";") or not node.kids:
        lines.append(f"{pad}{node.text.rstrip(';')};")
        return
    lines.append(f"{pad}{node.text} {{")
    for kid in node.kids:
        _print(kid, depth + 1, lines)
    lines.append(pad + "}")


ORDER = ("description", "import", "family", "export", "peer-as")
"""The order in which the router shows these statements of a neighbour, whenever they were entered."""


def _sort(node: Node) -> None:
    """Put the statements of `ORDER` in its order, at the places that they have together."""
    for kid in node.kids:
        _sort(kid)
    if node.text.startswith("neighbor "):
        ranks = [next((rank for rank, word in enumerate(ORDER) if re.match(rf"{word}\b", kid.text)), None) for kid in node.kids]
        known = iter(sorted((rank, number) for number, rank in enumerate(ranks) if rank is not None))
        node.kids = [node.kids[number if rank is None else next(known)[1]] for number, rank in enumerate(ranks)]


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
                _set(root, _TOKEN.findall(line))
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
    if not inner.kids and (inner.text.split()[0] in HOLLOW or (here.text == "firewall" and inner.text.startswith("family "))):
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
        "route-filter-list",
        "interface",
        "filter",
        "session",
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
        leaf = rest[0] in LEAF_AT or (rest[0] in SINGLE and len(rest) == 2)
        if leaf or len(rest) == 1 or (rest[0] == "as-path" and len(rest) == 3):
            _place(here, Node(" ".join(rest) + ";"))
            return
        size = 2 if rest[0] in KEYED else 1
        if len(rest) <= size:
            _place(here, Node(" ".join(rest) + ";"))
            return
        node = Node(" ".join(rest[:size]))
        here.kids.append(node)
        here, rest = node, rest[size:]


def compare(running: str, candidate: str) -> str:
    """`show | compare`: a hunk for each level that differs, entries of an order with those that stand before them."""
    return "".join(f"{line}\n" for line in _compare(parse(running), parse(candidate), ()))


MARK = re.compile(r"(?:inactive: |protect: )+")


def _name(node: Node) -> str:
    text = MARK.sub("", node.text)
    word = text.rstrip(";").split(" ")[0]
    return word if text.endswith(";") and word in SINGLE | LISTS else text.rstrip(";")


def _compare(old: Node, new: Node, path: tuple[str, ...]) -> Iterator[str]:
    before, after = {_name(one): one for one in old.kids}, {_name(one): one for one in new.kids}
    lines: list[str] = []
    for name, one in before.items():
        if name not in after:
            lines += _signed("-", one)
    kept = [name for name in before if name in after]
    moved = set(kept) if [name for name in after if name in before] != kept else set()
    last = ""
    for name, one in after.items():
        held = before.get(name)
        ordered = one.text.startswith(("term ", "inactive: term "))
        if held is None or (
            held.text.endswith(";") and one.text.endswith(";") and held.text != one.text and not MARK.match(one.text + held.text)
        ):
            later = [each for each in list(after)[list(after).index(name) + 1 :] if each in before]
            if ordered and last and later:
                lines.append(f"     {last} {{ ... }}")
            elif ordered and later and held is None:
                lines += [*_signed("+", one), f"     {later[0]} {{ ... }}"]
                last = name
                continue
            lines += [*(_signed("-", held) if held else []), *_signed("+", one)]
        elif ordered and name in moved:
            lines += (
                [*([f"     {last} {{ ... }}"] if last else []), f"!    {name} {{ ... }}"] if last else [f"     {name} {{ ... }}"]
            )
        elif MARK.findall(held.text) != MARK.findall(one.text):
            mark = "inactive: " if "inactive: " in one.text else "active: "
            lines.append(f"!    {mark}{name}{' { ... }' if one.kids else ';'}")
        last = name if ordered else last
    if lines:
        yield f"[edit{''.join(f' {one}' for one in path)}]"
        yield from lines
    for name, one in after.items():
        if name in before and not one.text.endswith(";"):
            yield from _compare(before[name], one, (*path, MARK.sub("", one.text)))


def _signed(sign: str, node: Node) -> list[str]:
    lines: list[str] = []
    _print(node, 0, lines)
    return [f"{sign}    {line}" for line in lines]
