"""A dump read block by block says what it says when it is read line by line, however its objects are written."""

from __future__ import annotations

import ipaddress
import random
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from manrs_conformance.sources import rpsl
from manrs_conformance.sources._bytes import SourceError

LINES = st.sampled_from(
    [
        "route: 192.0.2.0/24", "route:192.0.2.0/24", "route: 192.0.2.0/24 # ours", "Route: 192.0.2.0/24", "route : 192.0.2.0/24", "route: 192.0.2.1/24",
        "route6: 2001:db8::/32", "route6: 2001:DB8:0:0::/32", "route6: ::1.2.3.4/128", "route6: ::ffff:0:0/96", "route: 10.0.0.0/08", "route: 10.0.0.0",
        "origin: AS64500", "origin:AS64501", "origin: as64502 # no", "Origin: AS64503", "origin : AS64504", "origin: AS64505, AS64506", "origin: 64500",
        "origin-x: AS1", "origin:", "origin: AS", "descr: a", " more", "\tmore AS64507", "+ AS64508", "source: TEST", "source: OTHER # x", "mnt-by: M-ONE",
        "member-of: AS-ONE", "as-set: AS-ONE", "members: AS64500, AS-TWO", "mbrs-by-ref: ANY", "aut-num: AS64500", "% origin: AS1", "# x", "x", "",
        "", "  ", "\u00a0", "descr: a\u2028b", "descr: a\rb", "\x1f", "descr: a\x1cb", "+", ":", ": x",
    ]
)  # fmt: skip
QUERIES = ["r192.0.2.0/24,L", "r2001:db8::/48,L", "r10.0.0.0/8,L", "r::/0,L", "gAS64500", "gAS64501", "6AS64500", "iAS-ONE", "iTEST::AS-ONE",
           "maut-num,AS64500", "mas-set,AS-ONE", "mas-set,TEST::AS-ONE", "mroute,192.0.2.0/24AS64500"]  # fmt: skip


def said(raw: bytes) -> Any:
    """Every answer of a dump, and when it was made; or what is wrong with it."""
    try:
        dump = rpsl.read_dump(raw)
    except SourceError as error:
        return str(error)
    return dump.ask(QUERIES), dump.made, dump.sources, dump.members, dump.routes, dump.routes6, sorted(dump.objects)


def line_by_line(raw: bytes) -> Any:
    """The same, without the short way."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rpsl, "_unusual", lambda _text: True)
        patch.setattr(rpsl, "_plain_route", lambda _block, _done: False)
        return said(raw)


@settings(max_examples=400, deadline=None)
@example(["route: 192.0.2.0/24", " more", "origin: AS64500"])
@example(["route: 192.0.2.0/24", "# c", " more", "origin: AS64500"])
@example(["route: 192.0.2.0/24", "descr: a\rorigin: AS64501", "origin: AS64500"])
@example(["route: 192.0.2.0/24", "descr: a\x1corigin: AS64501", "origin: AS64500"])
@example(["route: 192.0.2.0/24", "descr: a\u2028origin: AS64501", "origin: AS64500"])
@example(["route: 192.0.2.0/24", "\x1f", "origin: AS64500"])
@example(["route: 192.0.2.0/24", "origin: AS64500", " AS64501"])
@given(st.lists(LINES, max_size=25))
def test_both_ways_agree(lines: list[str]) -> None:
    raw = "\n".join(lines).encode()
    assert said(raw) == line_by_line(raw)


def test_objects_as_registries_write_them_agree_too() -> None:
    dice = random.Random(2622)
    texts = []
    for number in range(3000):
        kind, prefix = (
            ("route", f"10.{dice.randrange(9)}.{dice.randrange(9)}.0/24")
            if number % 4
            else ("route6", f"2001:db8:{dice.randrange(99):x}::/48")
        )
        tail = dice.choice(["", "remarks:    one\n            two\n", "# a comment\n", "origin-as:  AS1\n"])
        texts.append(
            f"{kind}:      {prefix}\ndescr:      D\n{tail}origin:     AS{64500 + dice.randrange(3)}\nmnt-by:     M\nsource:     TEST\n"
        )
    raw = ("# retrieved-at: 2026-11-24T05:00:00Z\n\n" + "\n".join(texts)).encode()
    found = said(raw)
    assert found == line_by_line(raw)
    assert found[1] == "2026-11-24T05:00:00Z" and len(found[0]["gAS64500"].split()) > 20
    done = rpsl._Reading()
    assert sum(rpsl._plain_route(one, done) for one in rpsl.BLANK.split(raw.decode())) > 1000, "the short way is taken"


@pytest.mark.parametrize("seed", range(5))
def test_prefixes_are_written_as_ipaddress_writes_them(seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(200):
        length = dice.choice((0, 16, 48, 64, 96, 112, 127, 128))
        number = dice.choice((0, 0xFFFF << 32, 0x20010DB8 << 96, dice.getrandbits(128) & dice.getrandbits(128))) | dice.choice(
            (0, dice.getrandbits(24))
        )
        net = ipaddress.IPv6Network((number >> (128 - length) << (128 - length), length))
        for text in (str(net), net.exploded, str(net).upper()):
            assert rpsl._canonical(text) == str(net)
        four = ipaddress.IPv4Network((dice.getrandbits(32) >> 8 << 8, 24))
        assert rpsl._canonical(str(four)) == str(four) and rpsl._canonical(f"{four.network_address}/024") == str(four)
    assert [rpsl._canonical(one) for one in ("10.0.0.1", "10.0.0.1/8", "x", "::1%1/128")] == [
        "10.0.0.1/32",
        "10.0.0.1/8",
        "x",
        "::1%1/128",
    ]
