"""`show running-config` of NX-OS: every line ends in exactly one state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ...model.router import Secret, Taint
from .._block import Ledger, Redacted, Statement, placeholder
from .._lists import Unreadable, asn
from .._routemap import RouteMap, cannot
from .._runs import run_of_prefixes
from . import bgp as bgp_block
from . import interfaces, lists, routemap
from .bgp import Bgp
from .draft import Draft
from .statement import IRRELEVANT, IRRELEVANT_IP, IRRELEVANT_ROUTERS, secrets
from .tree import Block, leaf, no, refuse, skip

PREFIXES = ("ip prefix-list ", "ipv6 prefix-list ")


def read(text: str) -> Draft:
    """Read every line; what belongs together is resolved afterwards by `parser.parse`."""
    lines = text.splitlines()
    draft = Draft(Ledger(lines))
    tree = Tree(draft)
    tree.grow(lines)
    for root in tree.roots:
        _top(draft, root)
    for at, what, parent in tree.notes:
        _redacted(draft, at, what, parent)
    for one in draft.ledger.unread:
        if one.taints.kind == "list":
            draft.lists.tainted.add(one.taints.name)
            for (_, name), acl in draft.acls.items():
                acl.tainted = acl.tainted or name == one.taints.name
    routemap.resolve(draft)
    return draft


@dataclass(slots=True)
class Tree:
    """Blocks by indentation while the lines are read."""

    draft: Draft
    roots: list[Block] = field(default_factory=list)
    stack: list[Block] = field(default_factory=list)
    notes: list[tuple[Statement, Redacted, Block | None]] = field(default_factory=list)
    early: list[Block] = field(default_factory=list)
    """Lines of prefix lists that were read on the way, in the order of the text."""
    until: str = ""
    """What closes the banner that is being read."""

    def grow(self, lines: list[str]) -> None:
        """Read all lines; prefix lists, which can be hundreds of thousands of lines, are read on the way."""
        draft, index, banner = self.draft, 0, 0
        while index < len(lines):
            if not self.until and lines[index].startswith(PREFIXES):
                after = run_of_prefixes(lines, index, draft.lists.prefix, draft.ledger.states)
                if after > index:
                    index, self.stack = after, []
                    draft.statements += 1
                    continue
            opened = bool(self.until)
            self._line(index + 1, lines[index])
            index += 1
            banner = index if self.until and not opened else banner
        if self.until:
            # Whatever stands behind it was taken for the text of the banner.
            self.roots = [one for one in self.roots if one.line != banner]
            draft.ledger.miss(banner, "unrecognised", Taint("router"))
        for one in self.early:
            for inner in one.children:
                refuse(inner, draft.ledger, Taint("list", one.words[2]))

    def _line(self, number: int, text: str) -> None:
        words, ledger = text.split(), self.draft.ledger
        if self.until:
            ledger.irrelevant(number)
            self.until = "" if self.until in text else self.until
            return
        if not words or words[0][0] == "!":
            found = placeholder(text)
            if found is None:
                ledger.irrelevant(number)
            else:
                at = Statement(number, len(text) - len(text.lstrip()), words, text)
                self.notes.append((at, found, _parent(self.stack, at.indent)))
            return
        self.draft.statements += 1
        ledger.secrets += [Secret(number, start, end) for start, end in secrets(text)]
        self._place(Block(Statement(number, len(text) - len(text.lstrip()), words, text)))

    def _place(self, one: Block) -> None:
        words, text, indent = one.words, one.at.text, one.at.indent
        while self.stack and self.stack[-1].at.indent >= indent:
            self.stack.pop()
        listed = text.startswith(PREFIXES)
        if listed and lists.prefix_line(self.draft, one, 4 if words[0] == "ip" else 6):
            self.early.append(one)
        else:
            (self.stack[-1].children if self.stack else self.roots).append(one)
        self.stack.append(one)
        if words[0] == "banner" and indent == 0:
            self.until = _delimiter(words, text)


def _parent(stack: list[Block], indent: int) -> Block | None:
    return next((one for one in reversed(stack) if one.at.indent < indent), None)


def _delimiter(words: list[str], text: str) -> str:
    """What ends the text of `banner motd #…`: empty when it ends in the same line."""
    if len(words) < 3:
        return ""
    mark = words[2][0]
    rest = text.split(words[1], 1)[1].lstrip()[1:]
    return "" if mark in rest else mark


def _top(draft: Draft, block: Block) -> None:
    words = block.words
    reader = _TOP.get(words[0])
    if block.at.indent == 0 and reader is not None and reader(draft, block):
        return
    negative, body = no(words)
    head = body[0]
    known = head in IRRELEVANT or (head in ("ip", "ipv6") and body[1:2] and body[1] in IRRELEVANT_IP)
    known = known or (negative and head in ("feature", "shutdown", "hostname"))
    if block.at.indent == 0 and known:
        skip(block, draft.ledger)
        return
    refuse(block, draft.ledger, Taint("router"))


def _redacted(draft: Draft, at: Statement, what: Redacted, parent: Block | None) -> None:
    """A line that an earlier reading did not understand and that was taken out of the text."""
    draft.ledger.miss(at.number, what.state, what.taint)
    if what.taint.kind == "rpki" and draft.bgp is not None:
        bgp_block.cache(draft.bgp, what.taint.name, at.number)
    elif what.taint.kind == "policy":
        route_map = draft.maps.setdefault(what.taint.name, RouteMap(what.taint.name))
        seq = (parent.words[3:4] or ["10"])[0] if parent is not None and parent.words[:2] == ["route-map", route_map.name] else ""
        entry = route_map.entries.get(int(seq)) if seq.isdecimal() else None
        if entry is None:
            route_map.unknown = at.number
        else:
            cannot(entry, what.part, at.number)


def _version(draft: Draft, block: Block) -> bool:
    if len(block.words) < 2:
        return False
    draft.version_text = block.words[1]
    leaf(block, draft.ledger, Taint("router"))
    return True


def _hostname(draft: Draft, block: Block) -> bool:
    if len(block.words) != 2:
        return False
    draft.hostname = block.words[1]
    leaf(block, draft.ledger, Taint("router"))
    return True


def _router(draft: Draft, block: Block) -> bool:
    words = block.words
    if words[1:2] and words[1] in IRRELEVANT_ROUTERS:
        skip(block, draft.ledger)
        return True
    if words[1:2] != ["bgp"] or len(words) != 3:
        return False
    try:
        number = asn(words[2])
    except Unreadable:
        return False
    if draft.bgp is not None and draft.bgp.local_as != number:
        refuse(block, draft.ledger, Taint("router"), known=True)
        return True
    draft.bgp = draft.bgp or Bgp(number)
    bgp_block.read(draft.bgp, block, draft.ledger)
    return True


def _ip(draft: Draft, block: Block) -> bool:
    words = block.words
    afi = 4 if words[0] == "ip" else 6
    kind = words[1] if len(words) > 2 else ""
    if kind == "route":
        return interfaces.static(draft, block, "default")
    if kind == "access-list" and len(words) == 3:
        lists.access_list(draft, block, 4 if afi == 4 else 6, words[2])
        return True
    if afi == 4 and kind in ("as-path", *lists.KINDS):
        return lists.bgp_list(draft, block)
    return False


def _system(draft: Draft, block: Block) -> bool:
    if block.words == ["system", "urpf", "disable"]:
        draft.urpf_off = block.line
        leaf(block, draft.ledger, Taint("router"))
        return True
    return False


def _feature(draft: Draft, block: Block) -> bool:
    """`feature X` says what is switched on; the statements of X themselves tell the same."""
    skip(block, draft.ledger)
    return True


_TOP: dict[str, Callable[[Draft, Block], bool]] = {
    "version": _version,
    "hostname": _hostname,
    "switchname": _hostname,
    "router": _router,
    "route-map": routemap.read,
    "interface": interfaces.interface,
    "vrf": interfaces.vrf_context,
    "ip": _ip,
    "ipv6": _ip,
    "system": _system,
    "feature": _feature,
}
