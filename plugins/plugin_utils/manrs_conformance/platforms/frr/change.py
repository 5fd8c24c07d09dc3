"""What a candidate changes beyond FRR's own text, and how routes are made to pass new filters."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Mapping
from typing import Any

from ...model.plan import Plan
from .._diff import patched
from .merge import merge

SYSCTL = re.compile(r"^!manrs-sysctl\s+(net\.ipv4\.conf\.\S+\.rp_filter)\s*=\s*(\d)\s*$", re.M)
TABLE = re.compile(r"^!manrs-nft\n", re.M)
SHOWN = re.compile(r"^(net\.ipv4\.conf\.\S+\.rp_filter) = (\d)$", re.M)
NAMES = re.compile(r"iifname \{ (.+?) \} meta nfproto ipv6 fib saddr")
CHAIN = {
    "family": "inet",
    "table": "manrs",
    "name": "source_validation",
    "type": "filter",
    "hook": "prerouting",
    "prio": -300,
    "policy": "accept",
}


def predict_state(state: Mapping[str, str], candidate: str) -> Mapping[str, str]:
    """Live outputs after the candidate: its sysctls and its owned nftables table as `sysctl` and `nft -j` would show them."""
    out = dict(state)
    settings = SYSCTL.findall(candidate)
    if settings and "sysctl" in out:
        out["sysctl"] = out["sysctl"].rstrip("\n") + "\n" + "".join(f"{name} = {value}\n" for name, value in settings)
    names = NAMES.search(candidate)
    if names and "nft" in out:
        out["nft"] = _with_table(out["nft"], [one.strip().strip('"') for one in names.group(1).split(",")])
    elif TABLE.search(candidate) and "nft" in out:
        out["nft"] = _with_table(out["nft"], [])
    return out


def beside(state: Mapping[str, str]) -> str | None:
    """Lines for what Linux holds of source validation, the owned table without its rules; None where `sysctl` or `nft` was not read."""
    try:
        items = json.loads(state["nft"])["nftables"]
        settings = SHOWN.findall(state["sysctl"])
    except (KeyError, ValueError, TypeError):
        return None
    table = "!manrs-nft\n!manrs-nft-end\n" if any(_owned(one) for one in items) else ""
    return "".join(f"!manrs-sysctl {name} = {value}\n" for name, value in settings) + table


def frr_part(candidate: str) -> str:
    """A candidate without its `!manrs-` trailer for Linux."""
    return re.sub(r"^!manrs-(?:sysctl.*|nft\n(?:.*\n)*?!manrs-nft-end)(?:\n|$)", "", candidate, flags=re.M)


def _with_table(text: str, interfaces: list[str]) -> str:
    """The answer of `nft -j` with an owned table for these interfaces, without one where there are none."""
    try:
        data = json.loads(text)
    except ValueError:
        return text
    kept = [one for one in data.get("nftables", []) if not _owned(one)]
    if not interfaces:
        return json.dumps({"nftables": kept})
    owned: list[dict[str, Any]] = [{"table": {"family": "inet", "name": "manrs"}}, {"chain": CHAIN}]
    spared = [{"prefix": {"addr": "fe80::", "len": 10}}, "::"]
    owned += [_rule(interfaces, {"payload": {"protocol": "ip6", "field": "saddr"}}, one, "accept") for one in spared]
    owned.append(_rule(interfaces, {"fib": {"result": "oif", "flags": ["saddr", "iif"]}}, False, "drop"))
    return json.dumps({"nftables": [*kept, *owned]})


def _owned(item: Mapping[str, Any]) -> bool:
    return any(
        isinstance(body, dict) and "manrs" in (body.get("table"), body.get("name") if kind == "table" else None)
        for kind, body in item.items()
    )


def _rule(interfaces: list[str], left: Mapping[str, Any], right: object, verdict: str) -> dict[str, Any]:
    expr = [
        {"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": {"set": interfaces}}},
        {"match": {"op": "==", "left": {"meta": {"key": "nfproto"}}, "right": "ipv6"}},
        {"match": {"op": "==", "left": left, "right": right}},
        {verdict: None},
    ]
    return {"rule": {"family": "inet", "table": "manrs", "chain": "source_validation", "expr": expr}}


def after(running: str, diff: str) -> str | None:
    """The running configuration that the agent's diff leads to, without the Linux trailer; None for an approximate one of a whole configuration.

    An approximate one shows the lines as the router holds them ready: they are merged as FRR does.
    """
    lines = diff.splitlines()
    if diff.startswith("# approximate"):
        loaded = list(itertools.takewhile(lambda line: line.startswith("+"), lines[1:]))
        return merge(running, "\n".join(line[1:] for line in loaded) + "\n") if loaded else None
    frr = itertools.takewhile(lambda line: not line[1:].startswith("!manrs-"), lines)
    text = patched(running, "\n".join(frr))
    if text is None:
        raise ValueError("the difference that the router shows does not fit its running configuration")
    return text


def refresh(_plan: Plan) -> tuple[str, ...]:
    """Nothing: bgpd itself asks for the routes again (route refresh or stored Adj-RIB-In) when the filter a neighbour refers to is
    replaced, and a plan only ever replaces references (bgpd/bgpd.c, peer_on_policy_change)."""
    return ()


def operate(driver: Any, commands: tuple[str, ...]) -> None:
    """Run refresh commands."""
    if commands:
        driver.cli(list(commands))
