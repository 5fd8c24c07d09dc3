"""Generated FRR lists: prefix, access, AS-path and community lists with plain, odd and nasty entries."""

from __future__ import annotations

from ipaddress import ip_network
from random import Random

ASNS = (
    1,
    7,
    12,
    123,
    174,
    3356,
    23456,
    64496,
    64497,
    64511,
    64512,
    65000,
    65001,
    65535,
    65536,
    65550,
    131072,
    4200000000,
    4294967294,
)
NETWORKS = {
    4: ("0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "10.1.2.128/25", "10.128.0.0/9", "100.64.0.0/10", "172.16.0.0/12",
        "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.64/26", "203.0.113.0/32", "128.0.0.0/1"),
    6: ("::/0", "2001:db8::/32", "2001:db8:1::/48", "2001:db8:1:8000::/49", "2001:db8:1:2::/64", "2001:db8:ffff::/48", "2001:db8::1/128",
        "2400::/12", "2000::/3", "3fff::/20", "fc00::/7", "2001:db8:80::/41"),
}  # fmt: skip
STANDARD = (
    "1:1",
    "100:1",
    "100:10",
    "65000:1",
    "65000:2",
    "65000:10",
    "65000:100",
    "65001:1",
    "65001:65535",
    "65535:666",
    "65535:65281",
)
NAMED = (
    "no-export",
    "blackhole",
    "no-advertise",
    "graceful-shutdown",
    "no-peer",
    "local-AS",
    "accept-own",
    "llgr-stale",
    "no-llgr",
)
LARGE = ("65000:1:1", "65000:1:2", "65000:10:1", "65001:1:1", "4200000000:0:4294967295", "1:1:1")
EXTENDED = (
    "rt 65000:1",
    "rt 65000:2",
    "rt 65001:4294967295",
    "rt 70000:1",
    "rt 192.0.2.1:7",
    "soo 65000:1",
    "soo 65001:9",
    "soo 192.0.2.1:7",
)
PATTERNS = (
    "_{a}_", "^{a}$", "^{a}_", "_{a}$", "^$", ".*", "^[0-9]+$", "^{a}(_[0-9]+)*$", "^({a}|{b})_", "_({a}|{b})_", "{a}", "^{a}_{b}_",
    "^(_{a})*$", "_(6449[6-9]|645[0-9][0-9])_", "^({a}_)+{b}$", "^[0-9]+_[0-9]+$", "({a}_)?{b}$", "^.{{5,9}}$", "^_", "_$", "__", "^(.*_)?{a}(_.*)?$",
    "(^|[ ]){a}([ ]|$)", "{a}.*{b}", "[1-3]5", "[^0-9]", "^{a}|{b}$", "_{a}_{a}_", "^[0-9]+(_[0-9]+)?(_[0-9]+)?$", "_[0-9]{{6,}}_", "^({a}_)*[0-9]+$",
    "_(6[4-5][0-9]{{3}}|{a})$", "^{a}( {a})*$", "64496-131071", "^([0-9]+)(_{a})*$", "[6]5?0+1", "^.*{a}.?$", "_23456_", "^{a}_[0-9]+_{b}$",
    "_42[0-9]{{8}}_", "{a} {b}", "^[^6]", "[0-46-9]$", "(_{a}|_{b})*$", "^(({a}|{b})_?)*$",
)  # fmt: skip
NASTY = (
    "\\{{", "[{{,]{a}", "\\{{.*{a}.*\\}}$", "^{a}_\\{{", "({a}|)$", "()", "_{a}*", "^({a}|^{b})", "({a}$|{b})_", "_{a}+", "(_)?{a}", "[]1]",
    "\\.", "^ ?{a}", "_{a}_?_{b}", "({a}_){{2}}", "({a}_){{0,1}}{b}", "^([0-9]+_?){{1,3}}$", "\\({a}\\)",
)  # fmt: skip
COMMUNITY_PATTERNS = (
    "_{c}_", "^{c}$", "{c}", "^{c}", "{c}$", ".*", "^$", "{h}:.*", "_{h}:[0-9]+_", "^{h}:1[0-9]*$", "{c} {d}", "_{c}_.*_{d}_", "({c}|{d})", ":1$", "_{h}:",
    "no-export", "blackhole", "65535:", "[0-9]+:1_", "^[0-9: ]+$", "^({c} ?)+$", "65535:666", "^[^ ]+$", "_{c}_|_{d}_", "{h}:[1-9]0*_",
)  # fmt: skip


def network(random: Random, afi: int) -> str:
    """A prefix of the pool, or one derived from it."""
    base = ip_network(random.choice(NETWORKS[afi]))
    if random.random() < 0.4:
        most = min(base.max_prefixlen, base.prefixlen + random.choice((1, 2, 3, 8)))
        size = base.max_prefixlen - most
        start = int(base.network_address) + (random.randrange(1 << (most - base.prefixlen)) << size)
        base = type(base)((start, most))  # type: ignore[arg-type]
    return str(base)


def prefix_list(random: Random, name: str, afi: int, *, written: bool = True) -> list[str]:
    """Lines of a prefix-list; sometimes empty (a description only), unordered or without numbers."""
    word = "ip" if afi == 4 else "ipv6"
    count = 0 if random.random() < 0.01 else random.choice((1, 1, 2, 3, 4, 6))
    if count == 0:
        return [f"{word} prefix-list {name} description nothing in it"]
    seqs = random.sample(range(1, 60), count)
    numbered = random.random() < 0.8
    out = []
    for seq in seqs:
        action = "permit" if random.random() < 0.65 else "deny"
        head = f"{word} prefix-list {name} " + (f"seq {seq} " if numbered else "") + action
        out.append(f"{head} {_range(random, afi)}")
    return list(dict.fromkeys(out)) if not numbered else out


def _range(random: Random, afi: int) -> str:
    if random.random() < 0.06:
        return "any"
    text = network(random, afi)
    length, size = int(text.partition("/")[2]), 32 if afi == 4 else 128
    if length == size or random.random() < 0.3:
        return text
    ge = random.randint(length + 1, min(size, length + 10))
    le = random.randint(ge, min(size, ge + 8)) if random.random() < 0.8 else size
    kind = random.randrange(4)
    return f"{text} ge {ge}" if kind == 0 else f"{text} le {le}" if kind == 1 else f"{text} ge {ge} le {le}"


def access_list(random: Random, name: str, afi: int) -> list[str]:
    """Lines of an access-list used as a route filter."""
    word = "access-list" if afi == 4 else "ipv6 access-list"
    out = []
    for seq in sorted(random.sample(range(1, 60), random.choice((1, 1, 2, 3, 4)))):
        action = "permit" if random.random() < 0.65 else "deny"
        what = "any" if random.random() < 0.15 else network(random, afi) + (" exact-match" if random.random() < 0.3 else "")
        out.append(f"{word} {name} seq {seq} {action} {what}")
    return out


def numbered_access_list(random: Random, number: int) -> list[str]:
    """Lines of an IPv4 access-list in the Cisco form with wildcards, standard or extended by its number."""
    out = []
    for seq in sorted(random.sample(range(1, 60), random.choice((1, 2, 3)))):
        action = "permit" if random.random() < 0.65 else "deny"
        net = ip_network(network(random, 4))
        address = random.choice(("any", f"host {net.network_address}", f"{net.network_address} {net.hostmask}"))
        if number < 100:
            out.append(f"access-list {number} seq {seq} {action} {address}")
        else:
            mask = random.choice(("any", f"host {net.netmask}", f"{_clean(net.netmask)} 0.0.0.255", "255.255.0.0 0.0.255.255"))
            out.append(f"access-list {number} seq {seq} {action} ip {address} {mask}")
    return out


def _clean(mask: object) -> str:
    """A mask whose last octet is zero: FRR never matches bits that the wildcard covers."""
    return f"{str(mask).rpartition('.')[0]}.0"


def pattern(random: Random, *, nasty: float = 0.06) -> str:
    """An AS-path expression."""
    form = random.choice(NASTY if random.random() < nasty else PATTERNS)
    return form.format(a=random.choice(ASNS), b=random.choice(ASNS))


def as_path_list(random: Random, name: str) -> list[str]:
    """Lines of an AS-path list."""
    seqs = random.sample(range(1, 40), random.choice((1, 1, 2, 3, 5)))
    numbered = random.random() < 0.8
    out = []
    for seq in seqs:
        action = "permit" if random.random() < 0.7 else "deny"
        out.append(f"bgp as-path access-list {name} " + (f"seq {seq} " if numbered else "") + f"{action} {pattern(random)}")
    return list(dict.fromkeys(out))


def community(random: Random) -> str:
    """A standard community as an operator writes it."""
    return random.choice(NAMED) if random.random() < 0.15 else random.choice(STANDARD)


def community_list(random: Random, kind: str, name: str) -> tuple[list[str], bool]:
    """Lines of a community list (`community-list`, `large-community-list`, `extcommunity-list`) and whether it is expanded."""
    expanded = kind != "extcommunity-list" and random.random() < 0.35
    style = "expanded" if expanded else "standard"
    out = []
    for seq in random.sample(range(1, 40), random.choice((1, 1, 2, 3, 4))):
        action = "permit" if random.random() < 0.7 else "deny"
        head = f"bgp {kind} {style} {name} " + (f"seq {seq} " if random.random() < 0.9 else "") + action
        if expanded:
            pool = STANDARD if kind == "community-list" else LARGE
            c, d = random.choice(pool), random.choice(pool)
            what = random.choice(COMMUNITY_PATTERNS).format(c=c, d=d, h=c.partition(":")[0])
        elif kind == "community-list":
            what = " ".join(dict.fromkeys(community(random) for _ in range(random.choice((1, 1, 1, 2, 3)))))
        else:
            pool = LARGE if kind == "large-community-list" else EXTENDED
            what = " ".join(random.sample(pool, random.choice((1, 1, 2))))
        out.append(f"{head} {what}")
    return out, expanded
