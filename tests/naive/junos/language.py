"""Policies as plain values, and their text in the curly and the `set` form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class RouteFilter:
    """`route-filter PREFIX TYPE [ARGUMENT] [ACTION]`."""

    prefix: str
    type: str
    argument: str = ""
    action: str = ""


@dataclass(frozen=True)
class Term:
    """Conditions by kind, and actions in order."""

    name: str
    filters: tuple[RouteFilter, ...] = ()
    prefix_lists: tuple[str, ...] = ()
    list_filters: tuple[tuple[str, str], ...] = ()
    conditions: tuple[tuple[str, tuple[str, ...]], ...] = ()
    policy: str = ""
    actions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Policy:
    """Terms in order; the last may have no name."""

    name: str
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class Config:
    """Everything a chain refers to."""

    policies: dict[str, Policy]
    lists: dict[str, tuple[str, ...]]
    communities: dict[str, tuple[tuple[str, ...], bool]]
    """Members, and whether the match is inverted."""
    chain: tuple[str, ...]
    direction: str = "import"
    paths: dict[str, str] = field(default_factory=dict)


Statement = tuple[str, ...]


def statements(config: Config) -> Iterator[Statement]:
    """Every statement as the words of the `set` form."""
    yield ("version", "21.4R3.15")
    yield ("system", "host-name", "naive")
    for name, members in config.lists.items():
        for one in members:
            yield ("policy-options", "prefix-list", name, one)
    for policy in config.policies.values():
        for term in policy.terms:
            base = ("policy-options", "policy-statement", policy.name, *(("term", term.name) if term.name else ()))
            yield from ((*base, *one) for one in _term(term))
    for name, (members, invert) in config.communities.items():
        for one in members:
            yield ("policy-options", "community", name, "members", one)
        if invert:
            yield ("policy-options", "community", name, "invert-match")
    for name, pattern in config.paths.items():
        yield ("policy-options", "as-path", name, f'"{pattern}"')
    yield ("routing-options", "autonomous-system", "64500")
    bgp = ("protocols", "bgp", "group", "G")
    yield (*bgp, "type", "external")
    for one in config.chain:
        yield (*bgp, config.direction, one)
    yield (*bgp, "neighbor", "192.0.2.1", "peer-as", "64501")


def _term(term: Term) -> Iterator[Statement]:
    for kind, values in term.conditions:
        for one in values:
            yield ("from", kind, one)
    for one in term.prefix_lists:
        yield ("from", "prefix-list", one)
    for name, how in term.list_filters:
        yield ("from", "prefix-list-filter", name, how)
    for each in term.filters:
        words = [one for one in (each.prefix, each.type, each.argument) if one]
        yield ("from", "route-filter", *words, *each.action.split())
    if term.policy:
        yield ("from", "policy", term.policy)
    for one in term.actions:
        yield ("then", *one.split())


def set_text(config: Config) -> str:
    """The `set` form."""
    return "".join(f"set {' '.join(one)}\n" for one in statements(config))


def curly_text(config: Config) -> str:
    """The curly form, as `show configuration` nests it."""
    tree: dict[str, dict] = {}  # type: ignore[type-arg]
    for words in statements(config):
        at = tree
        for word in _nodes(words):
            at = at.setdefault(word, {})
    return "".join(_curly(tree, 0))


KEYED = {"prefix-list", "policy-statement", "term", "community", "group", "neighbor"}


def _nodes(words: Statement) -> Iterator[str]:
    """The blocks of a statement and its leaf."""
    out = list(words)
    while out:
        word = out.pop(0)
        if (
            word in KEYED
            and out
            and not (
                (word in ("prefix-list", "community", "neighbor") and "from" in words) or ("then" in words and word == "community")
            )
        ):
            yield f"{word} {out.pop(0)}"
        elif word in ("policy-options", "routing-options", "protocols", "bgp", "from", "then", "system"):
            yield word
        else:
            yield " ".join([word, *out])
            return


def _curly(tree: dict[str, dict], depth: int) -> Iterator[str]:  # type: ignore[type-arg]
    for word, kid in tree.items():
        if kid:
            yield f"{'    ' * depth}{word} {{\n"
            yield from _curly(kid, depth + 1)
            yield f"{'    ' * depth}}}\n"
        else:
            yield f"{'    ' * depth}{word};\n"
