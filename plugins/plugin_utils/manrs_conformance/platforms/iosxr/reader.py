"""`show running-config` of IOS-XR: sets, policies and configuration groups as text of their own, everything else as a tree."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ...model.router import Taint
from .._block import PLACEHOLDER, Ledger, placeholder
from .._lists import Unreadable
from . import prefixsets
from .prefixsets import PrefixSet, elements
from .rpl import UNKNOWN, Broken, Source, Words, header, parse, tokens
from .scope import KINDS, NamedSet, Sets
from .statement import banner_end
from .tree import Builder, Node, irrelevant, secrets

SETS = ("prefix-set ", "as-path-set ", "community-set ", "large-community-set ", "extcommunity-set ")
IRRELEVANT_SETS = ("rd-set ", "ospf-area-set ", "tag-set ", "etag-set ", "mac-set ", "esi-set ")
HEADS = (*SETS, *IRRELEVANT_SETS, "route-policy ", "policy-global", "group ", "router ", "interface ", "hostname ", "end-", "vrf ")
DATE = re.compile(r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} +\d+ [\d:.]+ .*\d?\s*$")
VERSION = re.compile(r"!! IOS XR Configuration (?:version = )?(\S+)")


@dataclass(slots=True)
class Group:
    """A `group … end-group`: configuration that `apply-group` lays under other configuration."""

    name: str
    line: int
    nodes: list[Node]


@dataclass(slots=True)
class Draft:
    """A configuration while it is read."""

    ledger: Ledger
    sets: Sets = field(default_factory=Sets)
    sources: dict[str, Source] = field(default_factory=dict)
    globals: dict[str, Words | None] = field(default_factory=dict)
    groups: list[Group] = field(default_factory=list)
    tree: Builder = field(default_factory=Builder)
    version: str | None = None
    headed: bool = False
    ended: int = 0
    statements: int = 0
    open: str = ""
    """A block that the text ends in, or empty."""


def read(text: str) -> Draft:
    """Read every line; what belongs together is resolved afterwards."""
    lines = text.splitlines()
    draft = Draft(Ledger(lines))
    at = 0
    while at < len(lines):
        line = lines[at]
        first = line[:1]
        if first == "p" and line.startswith("prefix-set "):
            at = _prefix_set(draft, at)
        elif line.startswith(SETS):
            at = _named_set(draft, at)
        elif line.startswith("route-policy "):
            at = _policy(draft, at)
        elif line.startswith(IRRELEVANT_SETS):
            at = _ignored_set(draft, at)
        elif line.rstrip() == "policy-global":
            at = _global(draft, at)
        elif line.startswith("banner "):
            end = banner_end(lines, at)
            draft.ledger.states[at:end] = b"i" * (end - at)
            at = end
        elif line.startswith("group ") and len(line.split()) == 2:
            at = _group(draft, at)
        else:
            _plain(draft, draft.tree, at)
            at += 1
    for roots in (draft.tree.roots, *(group.nodes for group in draft.groups)):
        _drop_redacted(roots, draft.ledger)
    return draft


def _drop_redacted(nodes: list[Node], ledger: Ledger) -> None:
    """Take placeholders out of the tree, with what stood under them: their taint covers it."""
    todo = [nodes]
    while todo:
        some = todo.pop()
        for one in some:
            if one.words[0] == PLACEHOLDER:
                for child in one.children:
                    irrelevant(ledger, child)
        some[:] = [one for one in some if one.words[0] != PLACEHOLDER]
        todo += [one.children for one in some]


def _plain(draft: Draft, tree: Builder, at: int) -> None:
    """A line of the tree, a comment or a blank."""
    text = draft.ledger.lines[at]
    body = text.strip()
    if not body:
        draft.ledger.irrelevant(at + 1)
    elif body[0] == "!" or body[0] == "#":
        _comment(draft, tree, at, text)
    elif not draft.statements and (DATE.match(body) or body == "Building configuration..."):
        draft.headed = True
        draft.ledger.irrelevant(at + 1)
    else:
        draft.statements += 1
        node = tree.add(at + 1, text)
        if node.words == ["end"] and tree is draft.tree:
            draft.ended = at + 1
            draft.ledger.used(at + 1)
        secrets(draft.ledger, at + 1, text)


def _comment(draft: Draft, tree: Builder, at: int, text: str) -> None:
    found = VERSION.match(text)
    redacted = placeholder(text)
    if found is not None:
        draft.version, draft.headed = found[1], True
        draft.ledger.used(at + 1)
    elif redacted is not None:
        draft.ledger.miss(at + 1, redacted.state, redacted.taint)
        draft.statements += 1
        tree.add(at + 1, text)
        if redacted.taint.kind == "policy":
            stub = Source(redacted.taint.name, (), (), (), whole=[at + 1])
            draft.sources.setdefault(redacted.taint.name, stub).whole.append(at + 1)
        elif redacted.taint.kind == "list":
            _doubt(draft, redacted.taint.name, at + 1)
    else:
        draft.ledger.irrelevant(at + 1)


def _doubt(draft: Draft, name: str, line: int) -> None:
    """A placeholder outside its set: every set of that name is in doubt."""
    if name in draft.sets.prefix:
        draft.sets.prefix[name].doubts.append(line)
    for (_kind, known), one in draft.sets.named.items():
        if known == name:
            one.doubts.append(line)


def _stop(draft: Draft, at: int, end: str) -> tuple[int, bool]:
    """Index of the line that closes a block opened at `at`, and whether it is the closing word; a new head closes it too."""
    lines = draft.ledger.lines
    for index in range(at + 1, len(lines)):
        line = lines[index]
        if line.strip() == end:
            return index, True
        if line.startswith(HEADS):
            break
    else:
        index = len(lines)
    draft.open = draft.open or f"{lines[at].strip()} (line {at + 1})"
    return index, False


def _close(draft: Draft, at: int, stop: int, closed: bool) -> int:
    """Account for head and end of a block; the index after it."""
    draft.tree.close()
    draft.statements += 1
    draft.ledger.used(at + 1)
    if closed:
        draft.ledger.used(stop + 1)
    return stop + 1 if closed else stop


def _prefix_set(draft: Draft, at: int) -> int:
    """Large sets are the normal case: the end is looked for at the speed of the list, the elements are read in one loop."""
    lines, ledger = draft.ledger.lines, draft.ledger
    try:
        stop, closed = lines.index("end-set", at + 1), True
    except ValueError:
        stop, closed = len(lines), False
    name = lines[at][11:].strip()
    one = PrefixSet(name)
    rest = prefixsets.read(one, lines, at + 1, stop)
    if rest or not closed:
        cut = next((index for index in rest if lines[index].startswith(HEADS) or lines[index].strip() == "end-set"), stop)
        if cut < stop or not closed:
            stop, closed = _stop(draft, at, "end-set")
            one = PrefixSet(name)
            rest = prefixsets.read(one, lines, at + 1, stop)
    ledger.states[at + 1 : stop] = b"u" * (stop - at - 1)
    for index in rest:
        _prefix_line(draft, one, index)
    one.lines = tuple(range(at + 1, stop + 1 + int(closed)))
    draft.sets.prefix[name] = one
    return _close(draft, at, stop, closed)


def _skipped(draft: Draft, index: int, doubts: list[int]) -> bool:
    """Whether a line of a block is blank, a comment or a placeholder."""
    text = draft.ledger.lines[index].strip()
    if text and text[0] not in "!#":
        return False
    redacted = placeholder(text)
    if redacted is None:
        draft.ledger.irrelevant(index + 1)
    else:
        draft.ledger.miss(index + 1, redacted.state, redacted.taint)
        doubts.append(index + 1)
    return True


def _prefix_line(draft: Draft, one: PrefixSet, index: int) -> None:
    if _skipped(draft, index, one.doubts):
        return
    try:
        for words in prefixsets.line_elements(draft.ledger.lines[index]):
            one.add(words, index + 1)
    except Unreadable:
        one.doubts.append(index + 1)
        draft.ledger.miss(index + 1, "unsupported", Taint("list", one.name))


def _named_set(draft: Draft, at: int) -> int:
    words = draft.ledger.lines[at].split()
    kind = " ".join(words[:2]) if words[0] == "extcommunity-set" else words[0]
    name = words[-1]
    if (kind not in KINDS and kind != "as-path-set") or len(words) != (3 if words[0] == "extcommunity-set" else 2):
        return _ignored_set(draft, at)
    stop, closed = _stop(draft, at, "end-set")
    one = NamedSet(kind, name, lines=tuple(range(at + 1, stop + 1 + int(closed))))
    body: list[tuple[int, str]] = []
    for index in range(at + 1, stop):
        if _skipped(draft, index, one.doubts):
            continue
        if not closed:
            # Where its end was lost, nobody knows which lines are of the set.
            draft.ledger.miss(index + 1, "unrecognised", Taint("list", name))
            one.doubts.append(index + 1)
            continue
        draft.ledger.used(index + 1)
        body.append((index + 1, draft.ledger.lines[index]))
    found = tokens(body)
    group: list[str] = []
    line = 0
    for word, number in [*found, (",", 0)]:
        if word == ",":
            if group:
                one.elements.append((tuple(group), line))
            group = []
            continue
        line = line if group else number
        group.append(word)
    draft.sets.named[(kind, name)] = one
    return _close(draft, at, stop, closed)


def _ignored_set(draft: Draft, at: int) -> int:
    """A set of a kind that no modelled condition reads."""
    stop, closed = _stop(draft, at, "end-set")
    for index in range(at + 1, stop):
        if not _skipped(draft, index, []):
            draft.ledger.irrelevant(index + 1)
    return _close(draft, at, stop, closed)


def _policy(draft: Draft, at: int) -> int:
    found = header(draft.ledger.lines[at])
    stop, closed = _stop(draft, at, "end-policy")
    name, params = found or (" ".join(draft.ledger.lines[at].split()[1:2]), ())
    body: list[tuple[int, str]] = []
    for index in range(at + 1, stop):
        text = draft.ledger.lines[index].strip()
        if text and text[0] not in "!#":
            draft.ledger.used(index + 1)
            body.append((index + 1, text))
            continue
        redacted = placeholder(text)
        if redacted is None:
            draft.ledger.irrelevant(index + 1)
            continue
        draft.ledger.miss(index + 1, redacted.state, redacted.taint)
        shape = {"set": f"set {UNKNOWN}", "if": f"if {UNKNOWN} then", "elseif": f"elseif {UNKNOWN} then"}
        body.append((index + 1, shape.get(redacted.part, UNKNOWN)))
    broken = 0
    try:
        made = parse(tokens(body))
    except Broken as error:
        made, broken = (), error.args[0] or at + 1
    if found is None or not closed:
        broken = broken or at + 1
    if broken:
        for line in {broken, *(number for number, _text in body if draft.ledger.is_used(number))}:
            draft.ledger.miss(line, "unrecognised", Taint("policy", name))
    lines = tuple(range(at + 1, stop + 1 + int(closed)))
    earlier = draft.sources.get(name)
    whole = earlier.whole if earlier is not None and not earlier.lines else []
    draft.sources[name] = Source(name, params, made, lines, broken, whole)
    after = _close(draft, at, stop, closed)
    if broken == at + 1:
        draft.ledger.states[at] = 63
    return after


def _global(draft: Draft, at: int) -> int:
    """Global parameters: `name 'value',` lines."""
    stop, closed = _stop(draft, at, "end-global")
    for index in range(at + 1, stop):
        if _skipped(draft, index, []):
            continue
        if not closed:
            draft.ledger.miss(index + 1, "unrecognised", Taint("router"))
            continue
        for one in elements([word for word, _ in tokens([(index + 1, draft.ledger.lines[index])])]):
            draft.globals[one[0]] = tuple(word.strip("'\"") for word in one[1:])
        draft.ledger.used(index + 1)
    return _close(draft, at, stop, closed)


def _group(draft: Draft, at: int) -> int:
    stop, closed = _stop(draft, at, "end-group")
    tree = Builder()
    for index in range(at + 1, stop):
        _plain(draft, tree, index)
    draft.groups.append(Group(draft.ledger.lines[at].split()[1], at + 1, tree.roots))
    return _close(draft, at, stop, closed)
