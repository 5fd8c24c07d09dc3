"""Configuration texts as trees: parse, merge a candidate, print, for block syntaxes by indentation and for Junos curly texts."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field

STEP = {"ios": 1, "iosxr": 1, "eos": 3, "nxos": 2}
TOP = re.compile(
    r"(?:no |default )?(?:interface|router|route-map|route-policy|prefix-set|as-path-set|community-set|hostname|ip (?:prefix-list|as-path"
    r"|community-list|routing|access-list|large-community-list|scp|route)|ipv6 (?:prefix-list|access-list|unicast-routing|route)|snmp-server"
    r"|management|vrf (?:definition|instance|context)|banner|archive|username|logging|ntp|end$|line |rpki|feature|version|service|scheduler|file prompt)(?![\w-])"
)
DEEPER = {
    "": re.compile(
        r"interface |router |route-map |route-policy |(?:prefix|as-path|community|extcommunity|rd)-set |archive$|management |vrf |line "
        r"|ip(?:v6)? access-list |ip(?:v6)? prefix-list \S+$|scheduler (?:job|schedule) name "
    ),
    "router": re.compile(
        r"address-family |(?:neighbor \S+|neighbor-group \S+|vrf \S+|template peer \S+|rpki \S.*)$|bgp rpki|rpki cache"
    ),
    "neighbor": re.compile(r"address-family |transport "),
}
SINGLE = (
    re.compile(r"hostname\b|description\b|remote-as\b|maximum-prefix\b|router-id\b|ip verify unicast source\b"),
    re.compile(r"neighbor \S+ (?:remote-as|description|maximum-prefix|maximum-routes|rib-in|password)\b"),
    re.compile(r"ip(?:v6)? prefix-list \S+ (?:description|seq \d+)\b|seq \d+\b"),
)
STORED = re.compile(r"(?:neighbor \S+ activate|switchport|shutdown|bgp default ipv4-unicast|bgp default ipv6-unicast|aaa root)$")
"""What is stored as `no …`, because its default is on."""
IN_OUT = re.compile(r"((?:neighbor \S+ )?(?:route-map|prefix-list|filter-list|route-policy)) \S+ (in|out)$")
IPV6 = re.compile(r"(?=[^:]*:[^:]*:)[0-9a-fA-F:]+(?::[0-9.]+)?(?:/\d+)?")
RAW_END = {"route-policy": "end-policy", "prefix-set": "end-set", "as-path-set": "end-set", "community-set": "end-set"}


@dataclass
class Node:
    """A line and the lines under it."""

    text: str
    kids: list[Node] = field(default_factory=list)

    def find(self, text: str) -> Node | None:
        """The child with that text."""
        return next((one for one in self.kids if one.text == text), None)


def parse(text: str, platform: str) -> Node:
    """The tree of a text by its indentation; comments and `exit` lines go away."""
    root = Node("")
    path: list[tuple[int, Node]] = [(-1, root)]
    raw = ""
    for line in text.splitlines():
        words = line.split()
        if raw:
            path[-1][1].kids.append(Node(line.strip()))
            if line.strip() == raw:
                raw = ""
            continue
        if not words or words[0].startswith("!") or words[0] in ("exit", "exit-address-family", "end"):
            continue
        depth = len(line) - len(line.lstrip())
        while path[-1][0] >= depth:
            path.pop()
        node = Node(line.strip())
        path[-1][1].kids.append(node)
        path.append((depth, node))
        raw = RAW_END.get(words[0], "") if platform == "iosxr" and depth == 0 else ""
    return root


def show(root: Node, platform: str, *, head: str = "", tail: str = "end") -> str:
    """The text of a tree, in the form that the platform prints."""
    lines = [head] if head else []
    for node in root.kids:
        _print(node, 0, platform, lines)
        if node.kids:
            lines.append("!")
    return "\n".join(lines + ([tail] if tail and platform != "nxos" else [])) + "\n"


def _print(node: Node, depth: int, platform: str, lines: list[str]) -> None:
    lines.append(" " * (depth * STEP[platform]) + node.text)
    for kid in node.kids:
        closes = kid.text in RAW_END.values()
        _print(kid, depth if closes else depth + 1, platform, lines)
    if platform == "ios" and depth == 1 and node.text.startswith("address-family "):
        lines.append(" exit-address-family")


class Terminal:
    """Lines entered one by one onto a running text; a line that is refused raises ValueError and changes nothing."""

    def __init__(self, running: str, platform: str) -> None:
        self.platform, self._head = platform, _head(running)
        self.root = parse(re.sub(r"\S+", lambda word: self._shown(word[0]), running) if platform == "ios" else running, platform)
        self._path, self._raw = [self.root], ""

    def enter(self, line: str) -> None:
        """One line, as on a terminal."""
        text = " ".join(map(self._shown, line.split()))
        if self._raw:
            self._path[-1].kids.append(Node(text))
            if text == self._raw:
                self._raw, self._path = "", [self.root]
        elif not text or text.startswith("!"):
            return
        elif text in ("exit", "exit-address-family"):
            self._path = self._path[:-1] if len(self._path) > 1 else self._path
        elif text == "end":
            self._path = [self.root]
        else:
            self._path = _enter(self.root, self._path, text, self.platform)
            self._raw = RAW_END.get(text.split()[0], "") if self.platform == "iosxr" and len(self._path) == 2 else ""
            if self._raw:
                self._path[-1].kids.clear()

    def _shown(self, word: str) -> str:
        """A word as the platform stores it: IOS has the addresses of IPv6 in capitals."""
        return word.upper() if self.platform == "ios" and IPV6.fullmatch(word) else word

    def text(self) -> str:
        """The running text after it."""
        return show(self.root, self.platform, head=self._head)


def merge(running: str, candidate: str, platform: str) -> str:
    """The running text after the lines of a candidate were entered; ValueError at a line it refuses."""
    terminal = Terminal(running, platform)
    for line in candidate.splitlines():
        terminal.enter(line)
    return terminal.text()


def check(line: str) -> None:
    """ValueError for a line that no terminal takes."""
    if "bogus" in line:
        raise ValueError(f"Invalid input: {line}")


def commands(running: str, candidate: str, platform: str) -> list[str]:
    """The lines of a candidate that change something, with the heads of their modes: what IOS lists as incremental differences."""
    root = parse(running, platform)
    path, said, out = [root], [root], []
    for line in candidate.splitlines():
        text = " ".join(line.split())
        if not text or text.startswith("!"):
            continue
        if text in ("exit", "exit-address-family", "end"):
            path = [root] if text == "end" or len(path) == 1 else path[:-1]
            continue
        before = show(root, platform)
        old, path = path, _enter(root, path, text, platform)
        if show(root, platform) == before:
            continue
        heads = path[:-1] if path[-1].text == text and path != old else path
        same = 0
        while same < min(len(said), len(heads)) and said[same] is heads[same]:
            same += 1
        out += [" " * (depth - 1) + one.text for depth, one in enumerate(heads) if depth >= max(same, 1)]
        out.append(" " * (len(heads) - 1) + text)
        said = list(path)
    return out


def _head(running: str) -> str:
    """Comment and version lines in front, which are no statements."""
    first = running.splitlines()[:1]
    return first[0] if first and first[0].startswith("!") else ""


def _enter(root: Node, path: list[Node], text: str, platform: str) -> list[Node]:
    check(text)
    applied = len(path) > 2 and IN_OUT.match(text.removeprefix("no "))
    own = text.removeprefix("no ")
    process = len(path) > 1 and path[1].text.startswith("router")
    if process and own.startswith("rpki "):
        path = path[:2]
    elif TOP.match(text) and not applied and not (path[-1].text.startswith("router") and own.startswith("vrf ")):
        path = [root]
    elif text.startswith("address-family ") and len(path) > 1:
        keep = 3 if platform in ("nxos", "iosxr") and len(path) > 2 and path[2].text.startswith("neighbor ") else 2
        path = path[:keep]
    elif text.removeprefix("no ").startswith("neighbor ") and platform in ("nxos", "iosxr"):
        path = path[:2]
    here = path[-1]
    if platform == "nxos" and not here.text.startswith("scheduler") and text.startswith(("job name ", "time start ")):
        raise ValueError(f"Invalid command: {text}")
    if text.startswith(("no ", "default ")):
        verb, rest = text.split(" ", 1)
        _remove(here, rest)
        if verb == "no" and STORED.match(rest) and here.find(text) is None:
            here.kids.append(Node(text))
        return path
    _remove(here, f"no {text}")
    found = here.find(text) or _other_action(here, text)
    if found is None:
        found = Node(text)
        _place(here, found)
    kind = here.text.split(" ", 1)[0]
    deeper = DEEPER.get(kind)
    return [*path, found] if deeper is not None and deeper.match(text) else path


def _other_action(here: Node, text: str) -> Node | None:
    """The entry of a route-map that only changes its action."""
    entry = re.fullmatch(r"route-map (\S+) (?:permit|deny) (\d+)", text)
    for one in here.kids if entry else ():
        other = re.fullmatch(r"route-map (\S+) (?:permit|deny) (\d+)", one.text)
        if other and entry and other.groups() == entry.groups():
            one.text = text
            return one
    return None


def _place(here: Node, new: Node) -> None:
    """Put a line where it belongs: over the one it replaces, beside its likes, or at the end."""
    for pattern in SINGLE:
        found = pattern.match(new.text)
        if found:
            for number, one in enumerate(here.kids):
                if one.text == found[0] or one.text.startswith(found[0] + " "):
                    here.kids[number] = new
                    return
    pair = IN_OUT.match(new.text)
    if pair:
        for number, one in enumerate(here.kids):
            other = IN_OUT.match(one.text)
            if other and other.groups() == pair.groups():
                here.kids[number] = new
                return
    start = " ".join(new.text.split()[:2])
    last = max((number for number, one in enumerate(here.kids) if one.text.startswith(start)), default=len(here.kids) - 1)
    here.kids.insert(last + 1, new)


def _remove(here: Node, text: str) -> None:
    here.kids = [one for one in here.kids if one.text != text and not one.text.startswith(text + " ")]
    if text.startswith("neighbor ") and text.count(" ") == 1:
        # A neighbour goes with what its families say of it.
        here.kids = [one for one in here.kids if not one.text.startswith(f"no {text} ")]
        for family in here.kids:
            if family.text.startswith("address-family ") and " vrf " not in family.text:
                _remove(family, text)


def section(text: str, start: str) -> str:
    """The block whose head starts so."""
    out: list[str] = []
    inside = False
    for line in text.splitlines():
        if not line.startswith((" ", "!")):
            inside = line.startswith(start)
        if inside:
            out.append(line)
    return "\n".join(out)


def diff(before: str, after: str) -> str:
    """Unified difference without its head."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2)
    return "\n".join(line for line in lines if not line.startswith(("---", "+++")))
