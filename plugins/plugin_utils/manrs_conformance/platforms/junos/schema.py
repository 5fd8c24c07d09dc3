"""How words of Junos group to statements, as far as merging needs it: what has a name, one value, a list of values, a place in an order.

Legend of the table: `word` a container or a flag, `word/` a container that is nothing when empty, `word *` has a name, `word =` one value,
`word []` a list of values, `word ~` is known by all its words, `word !` stands once and is never merged, `~` any other word is an entry
of its own, `@BLOCK` the words of another block, `>BLOCK` hangs a block below.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .tables import BGP, INSTANCE, PROTOCOLS, ROUTING, TOP

TABLE = """
ROOT
  version =
  apply-groups []
  apply-groups-except []
  groups/ >ROOTS
  logical-systems/ >ROOTS
  tenants/ >ROOTS
  system/
    host-name =
    domain-name =
    configuration-database/
  policy-options/ >OPTIONS
  protocols/ >PROTOCOLS
  routing-options/ >ROUTING
  routing-instances/ >INSTANCES
  interfaces/ >INTERFACES
  firewall/ >FIREWALL
ROOTS
  ~ * >ROOT
INSTANCES
  apply-groups []
  ~ *
    apply-groups []
    description =
    instance-type =
    interface *
    route-distinguisher !
    vrf-target !
    vrf-import []
    vrf-export []
    protocols/ >PROTOCOLS
    routing-options/ >ROUTING
OPTIONS
  apply-groups []
  prefix-list *
    apply-path =
    ~
  route-filter-list *
    ~ ~
  as-path * =
  as-path-group *
    as-path * =
  community *
    members []
    invert-match
  policy-statement *
    @TERM
    term * >TERM
TERM
  apply-groups []
  from/ >FROM
  to/ >FROM
  then/ >THEN
FROM
  route-filter ~
  source-address-filter ~
  prefix-list *
  prefix-list-filter ~
  route-filter-list ~
  as-path []
  as-path-group []
  community []
  protocol []
  policy []
  neighbor []
  interface []
  next-hop []
  tag []
  family =
  rib !
  origin !
  area !
  level !
  metric =
  local-preference =
  route-type !
  instance !
  validation-database !
  validation-state !
  as-path-unique-count !
  as-path-calc-length !
  community-count !
THEN
  community ~
  next =
  default-action =
  as-path-prepend =
  as-path-expand =
  local-preference =
  metric =
  preference =
  next-hop =
  origin =
  tag =
  color =
  validation-state =
PROTOCOLS
  apply-groups []
  bgp/
    @PEER
    group *
      @PEER
      type =
      neighbor * >PEER
PEER
  apply-groups []
  apply-groups-except []
  import []
  export []
  allow []
  description =
  peer-as =
  local-as !
  local-address =
  hold-time =
  authentication-key =
  authentication-algorithm =
  authentication-key-chain =
  cluster =
  keep =
  preference =
  local-preference =
  ttl =
  tcp-mss =
  out-delay =
  metric-out !
  remove-private !
  loops !
  multihop
    ttl =
  family *
    unicast >AFI
    multicast >AFI
    any >AFI
    labeled-unicast >AFI
  defaults/
    ebgp/
      no-policy/
        receive =
        advertise =
AFI
  prefix-limit/ >LIMIT
  accepted-prefix-limit/ >LIMIT
  loops !
  rib-group =
LIMIT
  maximum =
  teardown !
ROUTING
  apply-groups []
  router-id =
  autonomous-system !
  static/ >ROUTES
  aggregate/ >ROUTES
  generate/ >ROUTES
  rib *
    static/ >ROUTES
    aggregate/ >ROUTES
    generate/ >ROUTES
  forwarding-table/
    export []
    unicast-reverse-path =
  validation/
    group *
      session *
        port =
        refresh-time =
        hold-time =
        record-lifetime =
        preference =
        local-address =
    static/
      record *
        maximum-length *
          origin-autonomous-system *
ROUTES
  defaults/
  route *
    next-hop []
    tag !
    preference !
    metric !
    community []
INTERFACES
  apply-groups []
  interface-range *
  ~ *
    apply-groups []
    description =
    mtu =
    unit *
      apply-groups []
      description =
      vlan-id =
      family *
        address *
        mtu =
        rpf-check
          mode =
          fail-filter =
        filter/
          input =
          output =
          input-list []
          output-list []
FIREWALL
  apply-groups []
  filter * >FILTER
  family/ *
    filter * >FILTER
FILTER
  apply-groups []
  interface-specific
  term *
    from/
      source-address/
        ~ ~
      destination-address/
        ~ ~
      address/
        ~ ~
      source-prefix-list/
        ~ ~
      destination-prefix-list/
        ~ ~
      prefix-list/
        ~ ~
      protocol []
      next-header []
      payload-protocol []
      source-port []
      destination-port []
      port []
      icmp-type []
      icmp-code []
    then/
      count =
      policer =
      next =
      loss-priority =
      forwarding-class =
"""
FATES = frozenset({"accept", "reject", "discard", "next"})
"""Ends of a term: what one makes of another is not written anywhere."""
WAYS = frozenset({"discard", "reject", "receive", "next-hop", "next-table"})
RANGED = frozenset({"upto", "prefix-length-range", "through", "address-mask"})


@dataclass(slots=True)
class Rule:
    """How a word begins a statement; `below` are the rules of what stands inside, by word."""

    word: str
    names: int = 0
    leaf: str = ""
    pure: bool = False
    below: dict[str, Rule] = field(default_factory=dict)

    def key_length(self, words: list[str]) -> int:
        """How many of the words tell the statement from its neighbours."""
        if self.leaf != "~":
            return 1 + self.names
        if self.word in ("route-filter", "source-address-filter"):
            return 4 if len(words) > 3 and words[2] in RANGED else 3
        if self.word == "prefix-list-filter":
            return 3
        if self.word == "~":
            # `PREFIX upto /24` in a route-filter-list; `PREFIX except` in a packet filter says something else of the same prefix.
            return 3 if len(words) > 2 and words[1] in RANGED else 2 if len(words) > 1 and words[1] != "except" else 1
        return len(words)


Rules = dict[str, Rule]


def _read(table: str) -> dict[str, Rules]:
    blocks: dict[str, Rules] = {}
    lines = [line for line in table.splitlines() if line.strip()]
    for line in lines:
        if not line.startswith(" "):
            blocks[line] = {}
    later: list[tuple[Rules, str]] = []
    stack: list[Rules] = []
    for line in lines:
        words = line.split()
        depth = (len(line) - len(line.lstrip())) // 2
        if depth == 0:
            stack = [blocks[line]]
            continue
        here = stack[depth - 1]
        if words[0].startswith("@"):
            later.append((here, words[0][1:]))
            continue
        word = words[0].rstrip("/")
        rule = Rule(word, words[1:].count("*"), pure=words[0].endswith("/"))
        for one in words[1:]:
            if one.startswith(">"):
                rule.below = blocks[one[1:]]
            elif one != "*":
                rule.leaf = one
        if word == "~" and rule.names:
            # The name is the word itself.
            rule.names = 0
        here[word] = rule
        stack[depth:] = [rule.below]
    for here, name in later:
        for word, rule in blocks[name].items():
            here.setdefault(word, rule)
    return blocks


ROOT: Rules = _read(TABLE)["ROOT"]


def silent(path: tuple[str, ...]) -> bool:
    """Whether what stands under a path bears on no check, so that it does not matter how two of its statements combine."""
    while path[:1] in (("groups",), ("logical-systems",), ("tenants",)):
        path = path[2:]
    if path[:1] == ("routing-instances",):
        path = path[2:]
        if path and path[0] in INSTANCE:
            return True
    if not path:
        return False
    if path[0] in TOP or (path[0] == "system" and path[1:2] != ("configuration-database",)):
        return True
    inside = {"protocols": PROTOCOLS, "routing-options": ROUTING}.get(path[0])
    if inside is not None and len(path) > 1 and path[1] in inside:
        return True
    return path[:2] == ("protocols", "bgp") and any(word in BGP for word in path[2:])
