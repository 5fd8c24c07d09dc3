"""Vendor-neutral routing policy: ordered terms over conditions, with explicit flow and a pending verdict.

Every filter of a session (route-map, prefix-list, filter-list, RPL, policy-statement) becomes a `Policy`. Platform truths (undefined
references, defaults, match view, `continue`, `call`) are values in it, so that analysis never knows a vendor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

Afi = Literal[4, 6]
CommunityKind = Literal["standard", "extended", "large"]

PrefixEntry = tuple[int, int, int, int, bool, int]
"""One prefix range: (network as integer, prefix length, least length, greatest length, permit, line). Host bits are zero."""


class Verdict(StrEnum):
    """What a policy decides about a route."""

    ACCEPT = "accept"
    REJECT = "reject"


class Rpki(StrEnum):
    """Origin validation state a policy can meet; `unverified` means that no lookup took place (no synchronised cache)."""

    VALID = "valid"
    INVALID = "invalid"
    NOT_FOUND = "not-found"
    UNVERIFIED = "unverified"


@dataclass(frozen=True, slots=True)
class PrefixList:
    """Ordered prefix ranges of one family; a route that no entry covers is not matched.

    `order` is how entries decide: `first` match, `any` permit entry, `longest` covering prefix (Junos route-filter: the longest prefix is
    chosen first, then its length range must hold).
    """

    name: str
    afi: Afi
    entries: tuple[PrefixEntry, ...]
    lines: tuple[int, ...] = ()
    order: Literal["first", "any", "longest"] = "first"
    kind: str = "prefix-list"
    left_out: int = 0
    """Entries that an outline does not hold (`model.outline`)."""

    @property
    def size(self) -> int:
        """Number of entries on the router."""
        return len(self.entries) + self.left_out


@dataclass(frozen=True, slots=True)
class AsPathEntry:
    """One AS-path pattern in the syntax of its dialect.

    Dialects: `frr` and `cisco` (unanchored character-level regular expression, `_` is a delimiter), `junos` (one atom per ASN, anchored at
    both ends), `asn` (EOS asn mode: one atom per ASN, unanchored, `_` or a blank between atoms, anchors as written).
    """

    permit: bool
    pattern: str
    dialect: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class AsPathList:
    """Ordered AS-path patterns: the first that matches decides, none means no match."""

    name: str
    entries: tuple[AsPathEntry, ...]
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class CommunityEntry:
    """One line of a community list: `literals` must all be present, or `regex` must match.

    `scope` says what the regex reads: the `whole` printed list of communities in ascending order (FRR), that list in an order that is not known
    (`unordered`: IOS, NX-OS, EOS; nor is it known what it reads on a route without communities), or `each` single community.
    Literals are in canonical text: `64500:1`, `64500:1:2` (large), `rt:64500:1` / `soo:64500:1` (extended); well-known standard names are
    written as numbers (no-export is 65535:65281). `names` says whether the regex meets well-known communities as names; None: not known.
    With `ranges`, some single community must have each of its numbers in one of the closed ranges given for it (XR `64500:[1..10]`,
    `64500:*`): one group of ranges a number, so two for standard and three for large communities.
    """

    permit: bool
    literals: tuple[str, ...] = ()
    regex: str | None = None
    scope: Literal["whole", "unordered", "each"] = "whole"
    line: int = 0
    ranges: tuple[tuple[tuple[int, int], ...], ...] = ()
    names: bool | None = None


@dataclass(frozen=True, slots=True)
class CommunityList:
    """Ordered community patterns of one kind: the first line that matches decides, none means no match."""

    name: str
    kind: CommunityKind
    entries: tuple[CommunityEntry, ...]
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Const:
    """A condition with a fixed answer; `None` means that the engine does not know (an unsupported or tainted statement)."""

    value: bool | None
    why: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every condition holds; true when empty."""

    conds: tuple[Cond, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one condition holds; false when empty."""

    conds: tuple[Cond, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The condition does not hold."""

    cond: Cond


@dataclass(frozen=True, slots=True)
class PrefixMatch:
    """At least one list permits the prefix; a list of the other family never matches."""

    lists: tuple[PrefixList, ...]
    line: int = 0


@dataclass(frozen=True, slots=True)
class AsPathMatch:
    """At least one list permits the AS path."""

    lists: tuple[AsPathList, ...]
    line: int = 0


@dataclass(frozen=True, slots=True)
class CommunityMatch:
    """At least one list matches the route's communities of its kind.

    `mode`: `list` (ordered first match over the whole set), `exact` (the set equals the literals of a permit line), `any` (some single
    community is permitted by the list), `every` (each entry is met by some community), `within` (each community is permitted).
    """

    lists: tuple[CommunityList, ...]
    mode: Literal["list", "exact", "any", "every", "within"] = "list"
    line: int = 0


@dataclass(frozen=True, slots=True)
class RpkiMatch:
    """The validation state is one of these."""

    states: frozenset[Rpki]
    line: int = 0


@dataclass(frozen=True, slots=True)
class NumberMatch:
    """A numeric attribute lies in one of the closed ranges; `path_length` counts ASNs as BGP does (an AS_SET is one)."""

    attribute: Literal["med", "local_pref", "tag", "weight", "path_length"]
    ranges: tuple[tuple[int, int], ...]
    line: int = 0


@dataclass(frozen=True, slots=True)
class TextMatch:
    """An attribute has one of these values: origin (`igp`, `egp`, `incomplete`), protocol (`bgp`, `connected`, `static`, `ospf`, `local`,
    `aggregate`, …), family (`ipv4`, `ipv6`), peer or next_hop (addresses as text), route_type (`internal`, `external`), mark (the validation
    state that a policy wrote, `unverified` before)."""

    attribute: Literal["origin", "protocol", "family", "peer", "next_hop", "route_type", "mark"]
    values: frozenset[str]
    line: int = 0


@dataclass(frozen=True, slots=True)
class CallMatch:
    """Another policy accepts the route (its attribute changes are kept)."""

    policy: str
    line: int = 0


Cond = Const | AllOf | AnyOf | Not | PrefixMatch | AsPathMatch | CommunityMatch | RpkiMatch | NumberMatch | TextMatch | CallMatch
ALWAYS = Const(True)


@dataclass(frozen=True, slots=True)
class SetCommunity:
    """Change the communities of one kind: `replace` by or `add` literals, `delete` literals, or delete what `lists` permit one by one.

    `replace` with no values removes all of the kind.
    """

    kind: CommunityKind
    op: Literal["replace", "add", "delete"]
    values: tuple[str, ...] = ()
    lists: tuple[CommunityList, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class SetNumber:
    """Set, add to or subtract from a numeric attribute."""

    attribute: Literal["med", "local_pref", "tag", "weight"]
    op: Literal["set", "add", "subtract"]
    value: int
    line: int = 0


@dataclass(frozen=True, slots=True)
class SetText:
    """Set origin, next_hop or mark (Junos `then validation-state`: only a match of the mark sees it, never a lookup)."""

    attribute: Literal["origin", "next_hop", "mark"]
    value: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class SetRpki:
    """Overwrite the validation state itself; later matches see it."""

    state: Rpki
    line: int = 0


@dataclass(frozen=True, slots=True)
class Prepend:
    """Put ASNs in front of the path, in the order written."""

    asns: tuple[int, ...]
    line: int = 0


@dataclass(frozen=True, slots=True)
class Opaque:
    """A change that is not modelled: the attribute is unknown afterwards (`as_path`, `standard`, `extended`, `large`, `med`, …)."""

    attribute: str
    why: str = ""
    line: int = 0


Action = SetCommunity | SetNumber | SetText | SetRpki | Prepend | Opaque


@dataclass(frozen=True, slots=True)
class Flow:
    """Where evaluation goes: first the pending verdict is set if given, then the step is taken.

    `accept` and `reject` decide for the whole chain; `next` goes to the next term; `goto` to the term named `target` (forward only; past the
    end when absent); `end` leaves this policy with the pending verdict; `next-policy` leaves it without a decision.
    """

    step: Literal["accept", "reject", "next", "goto", "end", "next-policy"]
    target: str | None = None
    pending: Verdict | None = None


ACCEPT = Flow("accept")
REJECT = Flow("reject")
NEXT = Flow("next")


@dataclass(frozen=True, slots=True)
class Term:
    """One step of a policy: when `cond` holds (and `call`, if any, accepts) the actions run and `on_match` follows, else `on_miss`.

    `call` runs after the condition and before the actions; when the called policy rejects, the whole policy rejects (FRR `call`).
    """

    name: str
    cond: Cond
    on_match: Flow
    on_miss: Flow = NEXT
    actions: tuple[Action, ...] = ()
    call: str | None = None
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """Terms in order; falling off the end gives the pending verdict, or `default` if none is pending, or no decision if both are None.

    `view` says whether conditions see attributes as `modified` by earlier terms (FRR, Junos) or as `original` (IOS, XR, NX-OS, EOS).
    """

    name: str
    kind: str
    terms: tuple[Term, ...]
    default: Verdict | None = Verdict.REJECT
    view: Literal["modified", "original"] = "modified"
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Filter:
    """A policy or list applied to a session, as attached; `policy` already says what an undefined name means on this platform."""

    kind: str
    name: str
    policy: Policy
    line: int = 0
    defined: bool = True


@dataclass(frozen=True, slots=True)
class Attachment:
    """All filters of one session, direction and family, in order of evaluation.

    `combine`: `all` filters must accept (IOS, FRR), or a `chain` whose first decision wins (Junos). `default` holds when nothing decided and
    when `filters` is empty.
    """

    direction: Literal["import", "export"]
    filters: tuple[Filter, ...]
    default: Verdict | None
    combine: Literal["all", "chain"] = "all"
    called: Mapping[str, Policy] = field(default_factory=dict)
    """Every policy that `call` or `CallMatch` in the filters can reach, by name."""
    default_cond: Cond = ALWAYS
    """Routes that `default` holds for; any other is rejected when nothing decided (Junos exports only BGP routes by default)."""
