"""Abstract policies as configuration text, the way each router shows it."""

from __future__ import annotations

from collections.abc import Iterator

from .config import Config, Entry, Match, PrefixLine, Set

NEIGHBOUR = {4: "192.0.2.1", 6: "2001:db8:ff::1"}
WORD = {4: "ip", 6: "ipv6"}


def text(config: Config) -> str:
    """The whole configuration."""
    return "\n".join({"ios": _ios, "nxos": _nxos, "eos": _eos}[config.os](config)) + "\n"


def _act(permit: bool) -> str:
    return "permit" if permit else "deny"


def _range(line: PrefixLine) -> str:
    ge = f" ge {line.ge}" if line.ge is not None else ""
    le = f" le {line.le}" if line.le is not None else ""
    return f"{_act(line.permit)} {line.network}{ge}{le}"


def _entry_head(name: str, entry: Entry) -> str:
    return f"route-map {name} {_act(entry.permit)} {entry.seq}"


def _go_on(entry: Entry) -> list[str]:
    return [] if entry.go_on is None else ["continue" if entry.go_on == 0 else f"continue {entry.go_on}"]


def _set(one: Set, delete: str) -> str:
    values = " ".join(one.values)
    return {
        "community": f"set community {values}",
        "additive": f"set community {values} additive",
        "delete": delete.format(values),
        "local-pref": f"set local-preference {values}",
        "metric": f"set metric {values}",
        "prepend": f"set as-path prepend {values}",
    }[one.kind]


def _match(one: Match, rpki: str) -> str:
    names = " ".join(one.names)
    return {
        "ip": f"match ip address prefix-list {names}",
        "ipv6": f"match ipv6 address prefix-list {names}",
        "acl": f"match ip address {names}",
        "as-path": f"match as-path {names}",
        "community": f"match community {names}" + (" exact-match" if one.exact else ""),
        "rpki": f"{rpki} {names}",
        "metric": f"match metric {names}",
    }[one.kind]


def _communities(config: Config, standard: str, expanded: str, quote: str = "") -> Iterator[str]:
    for name, lines in config.communities.items():
        for number, line in enumerate(lines):
            if line.regex is None:
                yield standard.format(name=name, seq=number * 10 + 10, what=f"{_act(line.permit)} {' '.join(line.values)}")
            else:
                what = f"{_act(line.permit)} {quote}{line.regex}{quote}"
                yield expanded.format(name=name, seq=number * 10 + 10, what=what)


def _ios(config: Config) -> Iterator[str]:
    yield from ("Building configuration...", "", "Current configuration : 4242 bytes", "!", "version 17.9", "hostname tiny", "!")
    yield from _ios_bgp(config)
    yield from ("!", "ip forward-protocol nd", "ip bgp-community new-format")
    yield from _communities(config, "ip community-list standard {name} {what}", "ip community-list expanded {name} {what}")
    for name, paths in config.paths.items():
        yield from (f"ip as-path access-list {name} {_act(one.permit)} {one.regex}" for one in paths)
    for (afi, name), lines in config.prefixes.items():
        if not lines:
            yield f"{WORD[afi]} prefix-list {name} description nothing in it"
        yield from (f"{WORD[afi]} prefix-list {name} seq {n * 5 + 5} {_range(one)}" for n, one in enumerate(lines))
    for name, acl in config.acls.items():
        yield f"ip access-list standard {name}"
        for number, one in enumerate(acl):
            yield f" {number * 10 + 10} {_act(one.permit)} {one.network} 0.0.0.{(1 << (32 - one.bits)) - 1}"
    for name, entries in config.maps.items():
        for entry in entries:
            yield _entry_head(name, entry)
            yield from (f" {line}" for line in _go_on(entry))
            yield from (f" {_match(one, 'match rpki')}" for one in entry.matches)
            yield from (f" {_set(one, 'set comm-list {} delete')}" for one in entry.sets)
            yield "!"
    yield "end"


def _ios_bgp(config: Config) -> Iterator[str]:
    yield from ("router bgp 64496", " bgp router-id 192.0.2.254", " bgp log-neighbor-changes")
    if "rpki-server" in config.knobs:
        yield " bgp rpki server tcp 192.0.2.9 port 3323 refresh 300"
    if "safe-ebgp-policy" in config.knobs:
        yield " bgp safe-ebgp-policy"
    yield " no bgp default ipv4-unicast"
    grouped = "group" in config.knobs
    for afi, address in NEIGHBOUR.items():
        if grouped:
            yield f" neighbor G{afi} peer-group"
            yield f" neighbor G{afi} remote-as 64497"
            yield f" neighbor {address} peer-group G{afi}"
        else:
            yield f" neighbor {address} remote-as 64497"
    for afi, address in NEIGHBOUR.items():
        yield " !"
        yield f" address-family {'ipv4' if afi == 4 else 'ipv6'}"
        if "allow-invalid" in config.knobs:
            yield "  bgp bestpath prefix-validate allow-invalid"
        if "validate-disable" in config.knobs:
            yield "  bgp bestpath prefix-validate disable"
        where = f"G{afi}" if grouped else address
        own = [f"  neighbor {where} {kind} {name} {config.direction}" for kind, name in config.filters.get(afi, ())]
        yield from own if grouped else ()
        yield f"  neighbor {address} activate"
        yield from () if grouped else own
        yield " exit-address-family"


def _nxos(config: Config) -> Iterator[str]:
    yield from ("", "version 10.3(3) Bios:version 05.47", "hostname tiny", "", "feature bgp", "")
    for (afi, name), lines in config.prefixes.items():
        if not lines:
            yield f"{WORD[afi]} prefix-list {name} description nothing in it"
        yield from (f"{WORD[afi]} prefix-list {name} seq {n * 5 + 5} {_range(one)} " for n, one in enumerate(lines))
    yield from _communities(
        config, "ip community-list standard {name} seq {seq} {what}", "ip community-list expanded {name} seq {seq} {what}", '"'
    )
    for name, paths in config.paths.items():
        for number, one in enumerate(paths):
            yield f'ip as-path access-list {name} seq {number * 10 + 10} {_act(one.permit)} "{one.regex}"'
    for name, entries in config.maps.items():
        for entry in entries:
            yield _entry_head(name, entry)
            yield from (f"  {_match(one, 'match rpki')} " for one in entry.matches)
            yield from (f"  {line}" for line in _go_on(entry))
            yield from (f"  {_set(one, 'set comm-list {} delete')} " for one in entry.sets)
    yield from ("", "router bgp 64496", "  router-id 192.0.2.254", "  address-family ipv4 unicast", "  address-family ipv6 unicast")
    for afi, address in NEIGHBOUR.items():
        body = [f"    address-family {'ipv4' if afi == 4 else 'ipv6'} unicast"]
        body += [f"      {kind} {name} {config.direction}" for kind, name in config.filters.get(afi, ())]
        if "group" in config.knobs:
            yield from (f"  template peer T{afi}", "    remote-as 64497", *body)
            yield from (f"  neighbor {address}", f"    inherit peer T{afi}", body[0])
        else:
            yield from (f"  neighbor {address}", "    remote-as 64497", *body)


def _eos(config: Config) -> Iterator[str]:
    yield from ("! Command: show running-config", "! device: tiny (DCS-7280SR, EOS-4.30.1F)", "!")
    yield f"service routing protocols model {'ribd' if 'ribd' in config.knobs else 'multi-agent'}"
    yield from ("!", "hostname tiny", "!", "ip routing", "ipv6 unicast-routing", "!")
    yield from _communities(config, "ip community-list {name} {what}", "ip community-list regexp {name} {what}")
    yield "!"
    for (afi, name), lines in config.prefixes.items():
        yield f"{WORD[afi]} prefix-list {name}"
        yield from (f"   seq {n * 10 + 10} {_range(one)}" for n, one in enumerate(lines))
        yield "!"
    yield "ip as-path regex-mode string"
    for name, paths in config.paths.items():
        yield from (f"ip as-path access-list {name} {_act(one.permit)} {one.regex} any" for one in paths)
    for name, entries in config.maps.items():
        for entry in entries:
            yield "!"
            yield _entry_head(name, entry)
            yield from (f"   {_match(one, 'match origin-as validity')}" for one in entry.matches)
            yield from (f"   {line}" for line in _go_on(entry))
            yield from (f"   {_set(one, 'set community community-list {} delete')}" for one in entry.sets)
    yield from ("!", "router bgp 64496", "   router-id 192.0.2.254")
    for knob in sorted(config.knobs):
        if knob.startswith("missing-policy"):
            action = knob.split()[1]
            yield f"   bgp missing-policy direction {config.direction} action {action}"
    grouped = "group" in config.knobs
    for afi, address in NEIGHBOUR.items():
        if grouped:
            yield from (
                f"   neighbor G{afi} peer group",
                f"   neighbor G{afi} remote-as 64497",
                f"   neighbor {address} peer group G{afi}",
            )
        else:
            yield f"   neighbor {address} remote-as 64497"
    if "rpki-server" in config.knobs:
        yield from ("   rpki cache rtr", "      host 192.0.2.9 port 3323", "   !", "   rpki origin-validation", "      ebgp local")
    for afi, address in NEIGHBOUR.items():
        where = f"G{afi}" if grouped else address
        yield from ("   !", f"   address-family {'ipv4' if afi == 4 else 'ipv6'}", f"      neighbor {where} activate")
        yield from (f"      neighbor {where} {kind} {name} {config.direction}" for kind, name in config.filters.get(afi, ()))
    yield from ("!", "end")
