"""Taking away what is owned: old generations that nothing refers to, and all of it, after which the router is as it was."""

from __future__ import annotations

from ...model.plan import is_owned
from .. import _owned
from .change import SYSCTL, TABLE
from .merge import merge

KEPT = ("maximum-prefix", "local-role")
Place = tuple[str, str, str]


def tidy(running: str) -> str:
    """A fragment that takes away owned definitions to which nothing refers any more; empty when there are none."""
    return "".join(f"{line}\n" for line in _owned.unused(running) if not line.rsplit(maxsplit=1)[-1].isdecimal())


def removal(running: str, base: str) -> str:
    """A fragment that takes away everything owned, and sets references, limits, roles and the need of policies as in `base`, the configuration before
    the first push; a reference is replaced before anything is taken away. Where both tell of `rp_filter` and the owned table (`beside`, or the
    driver's `full`), these too."""
    now, was = _lines(running), {_key(one): one for one in _lines(base)}
    there, out = set(_lines(base)), []
    for one in now:
        block, family, line = one
        words = line.split()
        if one in there or not (any(map(is_owned, words)) or (words[2:3] and words[2] in KEPT) or "ebgp-requires-policy" in words):
            continue
        back = was.get(_key(one))
        undo = back[2] if back else line[3:] if line.startswith("no ") else f"no {line}"
        inner = [f" {family}", f"  {undo}", " exit-address-family"] if family else [f" {undo}"]
        out.append("\n".join([block, *inner, "exit"]))
    for block, family, line in was.values():
        if not family and "ebgp-requires-policy" in line and not any("ebgp-requires-policy" in one[2] for one in now):
            out.append("\n".join([block, f" {line}", "exit"]))
    text = "".join(f"{one}\n" for one in out)
    return text + tidy(merge(running, text)) + _sources(running, base)


def _sources(running: str, base: str) -> str:
    """What takes source validation away: strict `rp_filter` where it was not, and the owned table."""
    strict = {name for name, value in SYSCTL.findall(running) if value == "1"}
    lines = [f"!manrs-sysctl {name} = {value}" for name, value in SYSCTL.findall(base) if name in strict and value != "1"]
    lines += ["!manrs-nft", "!manrs-nft-end"] if TABLE.search(running) and not TABLE.search(base) else []
    return "".join(f"{line}\n" for line in lines)


def _key(one: Place) -> tuple[str, ...]:
    words = one[2].removeprefix("no ").split()
    return (*one[:2], *words[:3], *(words[4:] if words[2:3] == ["route-map"] else []))


def _lines(text: str) -> list[Place]:
    """Statements of `router bgp` with their block and family."""
    block, family = "", ""
    found = []
    for raw in text.splitlines():
        line = raw.strip()
        if not line or line.startswith("!"):
            continue
        if not raw.startswith(" "):
            block, family = (line, "") if line.startswith("router bgp") else ("", "")
        elif line.startswith("address-family"):
            family = line
        elif line == "exit-address-family":
            family = ""
        elif block:
            found.append((block, family, line))
    return found
