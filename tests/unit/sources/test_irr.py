"""The IRRd client against a local server, dumps, recordings, and what they authorise."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from threading import Thread

import pytest
from manrs_conformance.model.reference import Vrp
from manrs_conformance.sources._bytes import SourceError
from manrs_conformance.sources.authorised import authorised
from manrs_conformance.sources.irr import RecordedRegistry, expand, routes_of
from manrs_conformance.sources.irrd import IrrdClient
from manrs_conformance.sources.rpsl import read_dump

ANSWERS = {
    "iAS-TOP": "AS64501 AS-MID AS-TOP",
    "iAS-MID": "AS64502 AS-TOP AS-GONE",
    "iAS-EMPTY": "",
    "gAS64501": "203.0.113.0/24 198.51.100.0/24",
    "6AS64502": "2001:db8::/32",
    "gAS64502": "",
}


@contextmanager
def irrd(answers: Mapping[str, str], log: list[str], broken: Mapping[str, bytes] | None = None) -> Iterator[int]:
    """An IRRd whois server in multi-command mode; `broken` are raw replies after which it hangs up."""

    def talk(link: socket.socket) -> None:
        with link, link.makefile("rwb") as stream:
            for raw in stream:
                query = raw.decode().strip()[1:]
                log.append(query)
                if query in {"!", "q"}:
                    continue
                if query in (broken or {}):
                    stream.write((broken or {})[query])
                    stream.flush()
                    return
                if query.startswith("s"):
                    stream.write(b"C\n")
                elif query not in answers:
                    stream.write(b"D\n")
                elif not answers[query]:
                    stream.write(b"C\n")
                else:
                    data = answers[query].encode() + b"\n"
                    stream.write(b"A%d\n%sC\n" % (len(data), data))
                stream.flush()

    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    link, _ = listener.accept()
                except OSError:
                    return
                with suppress(OSError):
                    talk(link)

        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(2)


def test_expansion_survives_cycles_and_names_what_is_missing() -> None:
    log: list[str] = []
    with irrd(ANSWERS, log) as port:
        client = IrrdClient([("127.0.0.1", port)], ["EXAMPLE"], 2)
        expansion = expand(client, "AS-TOP")
        assert expansion.asns == (64501, 64502)
        assert expansion.missing == ("AS-GONE",)
        assert routes_of(client, expansion.asns) == {64501: ("203.0.113.0/24", "198.51.100.0/24"), 64502: ("2001:db8::/32",)}
    assert "sEXAMPLE" in log and log.count("iAS-TOP") == 1
    again = RecordedRegistry.read(client.recording("2026-11-24T06:00:00Z"))
    assert expand(again, "AS-TOP") == expansion
    with pytest.raises(SourceError, match="holds no answer"):
        expand(again, "AS-OTHER")


def test_a_pinned_registry_is_asked_alone() -> None:
    log: list[str] = []
    with irrd(ANSWERS, log) as port:
        expansion = expand(IrrdClient([("127.0.0.1", port)], ["A", "B"], 2), "RIPE::AS-TOP")
    assert expansion.asns == (64501, 64502)
    assert log.index("sRIPE") < log.index("iAS-TOP") < log.index("sA,B") < log.index("iAS-MID")


def test_many_queries_are_pipelined_in_order() -> None:
    many = {f"gAS{asn}": f"10.{asn >> 8}.{asn & 255}.0/24" for asn in range(1, 1000)}
    with irrd(many, []) as port:
        found = routes_of(IrrdClient([("127.0.0.1", port)], (), 10), range(1, 1000))
    assert all(found[asn] == (many[f"gAS{asn}"],) for asn in range(1, 1000))


@pytest.mark.parametrize(
    ("reply", "part"),
    [
        (b"F Internal error\n", "Internal error"),
        (b"E\n", "the server says"),
        (b"A100\nAS64501", "middle of an answer"),
        (b"A8\nAS64501\nX\n", "does not end as announced"),
        (b"A99999999999\n", "too large"),
        (b"% RIPE-style text\n", "not an IRRd answer"),
        (b"", "middle of an answer"),
    ],
)
def test_failures_are_errors_never_empty_answers(reply: bytes, part: str) -> None:
    with irrd({}, [], {"iAS-TOP": reply}) as port:
        client = IrrdClient([("127.0.0.1", port)], (), 1)
        with pytest.raises(SourceError, match=part):
            expand(client, "AS-TOP")
        result = authorised("AS-TOP", policy="irr", registry=client, vrps=None)
    assert result.problem and part in result.problem and not result.v4


def test_the_next_server_is_asked_when_one_fails() -> None:
    with irrd({}, [], {"iAS-TOP": b"F down\n"}) as bad, irrd(ANSWERS, []) as good:
        client = IrrdClient([("127.0.0.1", bad), ("127.0.0.1", good)], (), 1)
        assert expand(client, "AS-TOP").asns == (64501, 64502)
        assert client.used.endswith(str(good)) and client.trouble is None


def test_a_silent_server_times_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, pytest.raises(SourceError, match=r"0\.2 seconds"):
        expand(IrrdClient([("127.0.0.1", listener.getsockname()[1])], (), 0.2), "AS-TOP")


def test_a_query_cannot_smuggle_another() -> None:
    with irrd(ANSWERS, []) as port, pytest.raises(SourceError, match="not a query"):
        expand(IrrdClient([("127.0.0.1", port)], (), 1), "AS-TOP\n!q")


DUMP = b"""# retrieved-at: 2026-11-24T05:00:00Z

as-set:   AS-TOP
members:  AS64501, AS-MID  # comment
+         AS64503
mbrs-by-ref: MAINT-A
source:   EXAMPLE

aut-num:   AS64504
member-of: AS-TOP
mnt-by:    MAINT-A

aut-num:   AS64505
member-of: AS-TOP
mnt-by:    MAINT-EVIL

as-set:   AS-TOP
members:  AS64999
source:   OTHER

route:    203.0.113.0/24
origin:   AS64501

route6:   2001:db8::/32
origin:   AS64503
"""


def test_rpsl_dump() -> None:
    dump = read_dump(DUMP)
    assert expand(dump, "AS-TOP").asns == (64501, 64503, 64504)
    assert expand(dump, "AS-TOP").missing == ("AS-MID",)
    assert expand(dump, "OTHER::AS-TOP").asns == (64999,)
    assert routes_of(dump, (64501, 64503)) == {64501: ("203.0.113.0/24",), 64503: ("2001:db8::/32",)}
    assert dump.made == "2026-11-24T05:00:00Z"
    with pytest.raises(SourceError, match="holds no"):
        read_dump(b"<html>not found</html>")


VRPS = (Vrp("203.0.113.0/24", 25, 64501), Vrp("2001:db8::/32", 48, 64999), Vrp("0.0.0.0/0", 24, 64501))
NET = 0xCB007100
NET6 = 0x20010DB8 << 96


def test_policies() -> None:
    dump = read_dump(DUMP)
    irr = authorised("AS-TOP", policy="irr", registry=dump, vrps=None)
    assert irr.v4 == ((NET, 24, 24, 24, True, 0),) and irr.v6 == ((NET6, 32, 32, 32, True, 0),)
    assert irr.origins == (64501, 64503, 64504) and irr.problem is None
    assert irr.reasons["203.0.113.0/24"] == "route object of AS64501 in EXAMPLE or OTHER" and "AS-MID" in irr.reasons
    rpki = authorised("AS-TOP", policy="rpki", registry=dump, vrps=VRPS)
    assert rpki.v4 == ((NET, 24, 24, 25, True, 0),) and rpki.v6 == ()
    both = authorised("AS-TOP", policy="both", registry=dump, vrps=VRPS)
    assert both.v4 == ((NET, 24, 24, 24, True, 0),) and both.v6 == ()
    either = authorised("AS-TOP", policy="either", registry=dump, vrps=VRPS)
    assert len(either.v4) == 2 and len(either.v6) == 1


def test_a_route_object_for_half_the_internet_authorises_nothing() -> None:
    dump = read_dump(
        b"route: 0.0.0.0/0\norigin: AS64501\n\nroute: 0.0.0.0/1\norigin: AS64501\n\nroute6: 2000::/3\norigin: AS64501\n"
    )
    result = authorised("AS64501", policy="irr", registry=dump, vrps=None)
    assert not result.v4 and not result.v6 and result.problem


def test_one_asn_needs_no_as_set() -> None:
    assert authorised("AS64501", policy="rpki", registry=None, vrps=VRPS).origins == (64501,)


@pytest.mark.parametrize(
    ("key", "policy", "vrps", "trouble", "part"),
    [
        ("AS-NONE", "irr", None, None, "does not exist"),
        ("AS64999", "irr", None, None, "no prefix is authorised"),
        ("AS64501", "rpki", None, None, "no VRPs"),
        ("AS64501", "either", VRPS, "too old", "too old"),
        ("AS64504", "both", VRPS, None, "no prefix is authorised"),
    ],
)
def test_no_answer_is_a_problem_not_an_empty_filter(key: str, policy: str, vrps: object, trouble: str | None, part: str) -> None:
    result = authorised(key, policy=policy, registry=read_dump(DUMP), vrps=vrps, vrps_problem=trouble)  # type: ignore[arg-type]
    assert result.problem and part in result.problem
    assert not result.v4 and not result.v6


@pytest.mark.parametrize("unfiltered", [False, True])
def test_objects_that_are_rpki_invalid_are_shown_where_they_are_asked_for(unfiltered: bool) -> None:
    log: list[str] = []
    with irrd({**ANSWERS, "fno-rpki-filter": "Filtering out RPKI invalids is disabled"}, log) as port:
        IrrdClient([("127.0.0.1", port)], ["EXAMPLE"], 2, unfiltered=unfiltered).ask(["gAS64501"])
    assert ("fno-rpki-filter" in log) is unfiltered
    with irrd({**ANSWERS}, [], {"fno-rpki-filter": b"F unknown\n"}) as port, pytest.raises(SourceError, match="unknown"):
        IrrdClient([("127.0.0.1", port)], ["EXAMPLE"], 2, unfiltered=True).ask(["gAS64501"])
