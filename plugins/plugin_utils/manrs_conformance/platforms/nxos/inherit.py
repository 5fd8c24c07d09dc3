"""Templates of an NX-OS neighbour, resolved."""

from __future__ import annotations

from dataclasses import dataclass, field

from .bgp import Bgp, Peer
from .options import Option

DEPTH = 8


@dataclass(slots=True)
class Inherited:
    """A neighbour with the templates behind it, nearest first.

    Order of precedence: the neighbour, its peer-session templates, its peer template (with the sessions and policies behind that), its
    peer-policy templates by sequence. Whether a peer template goes before a peer-policy is not confirmed: `contested` tells where it
    matters.
    """

    peer: Peer
    sessions: list[Peer] = field(default_factory=list)
    missing: list[tuple[str, str, int]] = field(default_factory=list)
    """(kind, name, line) of templates that are not defined."""
    group: str | None = None

    def base(self, key: str) -> Option | None:
        """The effective option of the session; an explicit `no` stays visible."""
        return next((one.base[key] for one in (self.peer, *self.sessions) if key in one.base), None)

    def words(self, key: str) -> list[str]:
        """Words of the effective option, empty when unset."""
        found = self.base(key)
        return (found[0] or []) if found else []

    def on(self, key: str) -> bool:
        """Whether the option is set."""
        found = self.base(key)
        return found is not None and found[0] is not None


@dataclass(slots=True)
class Family:
    """The options of one family, nearest first, from both kinds of templates."""

    own: dict[str, Option]
    templates: list[dict[str, Option]]
    policies: list[dict[str, Option]]

    def get(self, key: str) -> Option | None:
        """The effective option."""
        return next((one[key] for one in (self.own, *self.templates, *self.policies) if key in one), None)

    def words(self, key: str) -> list[str]:
        """Words of the effective option, empty when unset."""
        found = self.get(key)
        return (found[0] or []) if found else []

    def on(self, key: str) -> bool:
        """Whether the option is set."""
        found = self.get(key)
        return found is not None and found[0] is not None

    def contested(self, key: str) -> bool:
        """Whether a peer template and a peer-policy say different things, and the neighbour itself nothing."""
        if key in self.own:
            return False
        both = [next((one[key][0] for one in side if key in one), None) for side in (self.templates, self.policies)]
        said = [any(key in one for one in side) for side in (self.templates, self.policies)]
        return all(said) and both[0] != both[1]


def inherited(bgp: Bgp, peer: Peer) -> Inherited:
    """The templates of a neighbour, resolved; cycles end at the first repetition."""
    out = Inherited(peer)
    seen: set[tuple[str, str]] = set()

    def follow(one: Peer, depth: int) -> None:
        for kind in ("peer-session", "peer"):
            for found, name, line in one.inherits:
                if found != kind or (found, name) in seen or depth > DEPTH:
                    continue
                seen.add((found, name))
                template = bgp.templates.get((found, name))
                if template is None:
                    out.missing.append((found, name, line))
                    continue
                if found == "peer" and out.group is None:
                    out.group = name
                out.sessions.append(template)
                follow(template, depth + 1)

    follow(peer, 0)
    return out


def family(bgp: Bgp, who: Inherited, name: str, missing: list[tuple[str, str, int]]) -> Family:
    """The options of a neighbour in one family."""
    templates = [one.families[name] for one in who.sessions if name in one.families]
    policies: list[dict[str, Option]] = []
    seen: set[str] = set()

    def follow(wanted: list[tuple[int, str, int]], depth: int) -> None:
        for _, template, line in sorted(wanted, key=lambda one: one[0]):
            if template in seen or depth > DEPTH:
                continue
            seen.add(template)
            found = bgp.templates.get(("peer-policy", template))
            if found is None:
                missing.append(("peer-policy", template, line))
                continue
            policies.append(found.families.get("", {}))
            follow(found.policies.get("", []), depth + 1)

    for one in (who.peer, *who.sessions):
        follow(one.policies.get(name, []), 0)
    return Family(who.peer.families.get(name, {}), templates, policies)
