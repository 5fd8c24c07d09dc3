"""Owned statements taken away again: those that nothing names any more, or all of them, after which the router is as it was."""

from __future__ import annotations

from collections.abc import Iterator

from ...model.plan import is_owned
from .._mapcopy import Impossible
from .caches import GROUP
from .chains import WAYS, Chains, Place, mentions
from .loading import Loader
from .merge import reading
from .parser import parse
from .schema import ROOT
from .statements import Statement


def tidy(running: str) -> str:
    """Commands that take away owned policies and lists to which nothing refers; Junos does it in the commit of each push already."""
    chains = Chains(parse(running, {}), reading(running))
    return "".join(f"{line}\n" for line in unused(chains, set(), set()))


def unused(chains: Chains, named: set[str], besides: set[tuple[str, str]]) -> Iterator[str]:
    """Commands that take away owned definitions which neither `named` nor a chain names, chains of `besides` (path and word) not counted."""
    owned = chains.owned()
    for session in chains.router.sessions:
        for way, side in (("import", session.inbound), ("export", session.outbound)):
            if (_path(chains, session.key), way) not in besides:
                named = named | {one.name for one in side.filters}
    kept = [one for key, one in owned.items() if key[0] == "policy-statement" and key[1] in named]
    named = named | {name for one in kept for name in mentions(one)}
    yield from (f"delete policy-options {key[0]} {key[1]}" for key in owned if key[1] not in named)


def _path(chains: Chains, key: str) -> str:
    place = _place(chains, key)
    return place.path if place is not None else ""


def _place(chains: Chains, key: str) -> Place | None:
    session = next((one for one in chains.router.sessions if one.key == key), None)
    try:
        return chains.place(session) if session is not None else None
    except Impossible:
        return None


def removal(running: str, base: str) -> str:
    """Commands that take away everything owned, and set chains, limits and source checks as they were in `base`."""
    now, was = (Chains(parse(text, {}), reading(text)) for text in (running, base))
    lines = dict.fromkeys(
        (
            *_references(now, was),
            *_limits(now, was),
            *_checks(now.loader, was.loader),
            *_definitions(now),
            *_caches(now.loader, was.loader),
        )
    )
    return "".join(f"{line}\n" for line in lines)


def _caches(now: Loader, was: Loader) -> Iterator[str]:
    path = ["routing-options", "validation"]
    if (GROUP,) in {key[1:2] for key in _kids(now, path)}:
        yield f"delete {' '.join(path)}" + ("" if not was.find(was.root, ROOT, path) else f" group {GROUP}")


def _references(now: Chains, was: Chains) -> Iterator[str]:
    for session in now.router.sessions:
        place, before = _place(now, session.key), _place(was, session.key)
        if place is None:
            continue
        for word in WAYS.values():
            held = (place.levels[0].kids or {}).get((word,))
            owned = [one for one in held.values if is_owned(one)] if held is not None else []
            if owned and before is not None and (word,) not in (before.levels[0].kids or {}):
                yield f"delete {place.path} {word}"
            else:
                yield from (f"delete {place.path} {word} {name}" for name in owned)


def _limits(now: Chains, was: Chains) -> Iterator[str]:
    for session in now.router.sessions:
        place, before = _place(now, session.key), _place(was, session.key)
        if place is None or before is None:
            continue
        path = ["family", "inet6" if session.family.startswith("ipv6") else "inet", "unicast", "prefix-limit"]
        held, old = _below(now.loader, place.levels[0], path), _below(was.loader, before.levels[0], path)
        text = f"{place.path} {' '.join(path)}"
        if held is not None and old is None:
            yield f"delete {text}"
        elif held is not None and old is not None:
            yield from _as_before(text, held, old, ("maximum", "teardown"))


def _below(loader: Loader, neighbor: Statement, path: list[str]) -> Statement | None:
    rules = ROOT["protocols"].below["bgp"].below["group"].below["neighbor"].below
    found = loader.find(neighbor, rules, path)
    return found[0].one if found else None


def _as_before(text: str, held: Statement, old: Statement, words: tuple[str, ...]) -> Iterator[str]:
    for word in words:
        one, two = ((each.kids or {}).get((word,)) for each in (held, old))
        if one is not None and two is None:
            yield f"delete {text} {word}"
        elif two is not None and two.values and (one is None or one.values != two.values):
            yield f"set {text} {word} {two.values[0]}"


def _checks(now: Loader, was: Loader) -> Iterator[str]:
    """Source checks with an owned fail-filter."""
    for face in (_kids(now, ["interfaces"])).values():
        for unit in (face.kids or {}).values():
            for family in (unit.kids or {}).values():
                path = ["interfaces", *face.words, *unit.words, *family.words, "rpf-check"]
                check = (family.kids or {}).get(("rpf-check",))
                if check is None or not any(is_owned(name) for name in mentions(check)):
                    continue
                old = was.find(was.root, ROOT, path)
                if not old:
                    yield f"delete {' '.join(_opened(was, (face, unit, family, check)))}"
                else:
                    yield from _as_before(" ".join(path), check, old[0].one, ("fail-filter", "mode"))


def _opened(was: Loader, levels: tuple[Statement, ...]) -> list[str]:
    """The words of the first statement that a push had to open, where it holds nothing else; else those of the last."""
    path = ["interfaces"]
    for at, one in enumerate(levels):
        path += one.words
        alone = all(len(each.kids or {}) == 1 for each in levels[at:-1])
        if alone and not was.find(was.root, ROOT, path):
            return path
    return path


def _definitions(now: Chains) -> Iterator[str]:
    yield from (f"delete policy-options {key[0]} {key[1]}" for key in now.owned())
    for family in _kids(now.loader, ["firewall"]).values():
        for key in family.kids or {}:
            if key[:1] == ("filter",) and len(key) > 1 and is_owned(key[1]):
                yield f"delete firewall {' '.join(family.words)} filter {key[1]}"


def _kids(loader: Loader, path: list[str]) -> dict[tuple[str, ...], Statement]:
    found = loader.find(loader.root, ROOT, path)
    return (found[0].one.kids or {}) if found else {}
