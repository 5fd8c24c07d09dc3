"""Random IOS-XR edges: neighbor-groups, af-groups, parameterised and nested policies, policies that end without a decision."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from .parts import Parts, Wanted

POLICIES = ("M1", "M2", "M3", "MANRS-OPERATORS-OWN", "LOCAL-PREF(150)", "PASS")
TESTS = (
    "community matches-any C1", "as-path in A10", "destination in P1", "destination in P2", "validation-state is invalid",
    "as-path length ge 5", "not destination in P3", "destination in P1 and community matches-any C2", "as-path passes-through '3356'",
)  # fmt: skip
DOES = (
    "pass", "drop", "done", "set local-preference 80", "set med 10", "set community (43210:7) additive", "set community (43210:9)",
    "delete community in C2", "prepend as-path 43210 2", "apply M3", "set community (43210:1001) additive",
)  # fmt: skip


def text(random: Random, wanted: Sequence[Wanted]) -> str:
    """A configuration."""
    out = ["!! IOS XR Configuration 7.5.2", "hostname edge", "!"]
    out += Parts(random, "iosxr").faces("GigabitEthernet0/0/0/{}", " ipv4 address {} {}", " ipv6 address {}")
    out += _definitions(random)
    out += ["router bgp 43210", " bgp router-id 45.10.15.1"]
    out += [" rpki server 192.0.2.9", "  transport tcp port 3323", " !"] if random.random() < 0.5 else []
    check = [
        ["  bgp origin-as validation enable"],
        ["  bgp origin-as validation enable", "  bgp bestpath origin-as use validity"],
        [],
    ]
    for afi in (4, 6):
        out += [f" address-family ipv{afi} unicast", *random.choice(check), " !"]
    for afi in (4, 6):
        out += [f" af-group AF{afi} address-family ipv{afi} unicast", *_family(random, "  "), " !"]
    out += [" neighbor-group NG", *(["  description group"] if random.random() < 0.3 else [])]
    for afi in (4, 6):
        out += [
            f"  address-family ipv{afi} unicast",
            *(["   use af-group AF" + str(afi)] if random.random() < 0.3 else []),
            *_family(random, "   "),
            "  !",
        ]
    out += [" !"]
    for vrf in ("", "CUST"):
        some = [one for one in wanted if one.vrf == vrf]
        head = "  " if vrf else " "
        out += (
            [" vrf CUST", "  rd 43210:1", "  address-family ipv4 unicast", "  !", "  address-family ipv6 unicast", "  !"]
            if vrf and some
            else []
        )
        for one in some:
            out += [f"{head}neighbor {one.address}", f"{head} remote-as {one.asn}"]
            grouped = random.random() < 0.4
            out += [f"{head} use neighbor-group NG"] if grouped else []
            out += [f"{head} shutdown"] if one.shutdown else []
            out += [f"{head} address-family ipv{one.afi} unicast"]
            out += [f"{head}  use af-group AF{one.afi}"] if random.random() < 0.3 else []
            out += [*(_family(random, f"{head}  ") if not grouped or random.random() < 0.3 else []), f"{head} !", f"{head}!"]
        out += [" !"] if vrf and some else []
    vrfs = (
        ["vrf CUST", " address-family ipv4 unicast", " !", " address-family ipv6 unicast", " !", "!"]
        if any(one.vrf for one in wanted)
        else []
    )
    return "\n".join([*out[:3], *vrfs, *out[3:], "!", "end", ""])


def _family(random: Random, head: str) -> list[str]:
    out = [f"{head}route-policy {random.choice(POLICIES)} {side}" for side in ("in", "out") if random.random() < 0.7]
    if random.random() < 0.4:
        tail = random.choice(("", " 80", " 75 warning-only", " 80 restart 15", " 80 discard-extra-paths"))
        out.append(f"{head}maximum-prefix {random.choice((5, 100, 5000))}{tail}")
    if random.random() < 0.3:
        out.append(f"{head}soft-reconfiguration inbound{random.choice(('', ' always'))}")
    return out


def _definitions(random: Random) -> list[str]:
    out = ["community-set C1", "  43210:80", "end-set", "!", "community-set C2", "  43210:1002", "end-set", "!"]
    out += ["as-path-set A10", "  ios-regex '_3356_'", "end-set", "!"]
    pool = (
        "45.11.0.0/16 le 24",
        "45.12.0.0/22",
        "2a10:1100::/32 le 48",
        "0.0.0.0/0 ge 25",
        "10.0.0.0/8 le 32",
        "::/0 ge 49",
        "0.0.0.0/0 le 24",
    )
    for name in ("P1", "P2", "P3"):
        out += [f"prefix-set {name}", *("  " + one for one in ",\n  ".join(random.sample(pool, 3)).split("\n  ")), "end-set", "!"]
    out += [
        "route-policy PASS",
        "  pass",
        "end-policy",
        "!",
        "route-policy LOCAL-PREF($pref)",
        "  set local-preference $pref",
        "end-policy",
        "!",
    ]
    for name in ("M3", "M2", "M1", "MANRS-OPERATORS-OWN"):
        out += [f"route-policy {name}", *_body(random, "  ", random.randint(1, 3), name), "end-policy", "!"]
    return out


def _body(random: Random, head: str, most: int, name: str) -> list[str]:
    out = []
    for _ in range(most):
        if random.random() < 0.5:
            out.append(f"{head}{_does(random, name)}")
            continue
        out += [f"{head}if {random.choice(TESTS)} then", f"{head}  {_does(random, name)}"]
        out += [f"{head}elseif {random.choice(TESTS)} then", f"{head}  {_does(random, name)}"] if random.random() < 0.4 else []
        out += [f"{head}else", *_body(random, head + "  ", 1, name)] if random.random() < 0.5 else []
        out.append(f"{head}endif")
    return out


def _does(random: Random, name: str) -> str:
    return random.choice([one for one in DOES if not (one.startswith("apply") and name == "M3")])
