"""VRPs from recorded bytes of both programs that make them."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from manrs_conformance.model.reference import Vrp
from manrs_conformance.sources import vrp
from manrs_conformance.sources._bytes import SourceError
from manrs_conformance.sources.vrp import load_vrps, parse_vrps

AS_OF = "2026-11-24T06:00:00Z"
RPKI_CLIENT: dict[str, Any] = {
    "metadata": {"buildmachine": "x", "buildtime": "2026-11-24T05:00:00Z", "vrps": 3, "uniquevrps": 2},
    "roas": [
        {"asn": 64501, "prefix": "203.0.113.0/24", "maxLength": 24, "ta": "ripe", "expires": 1800000000},
        {"asn": 64502, "prefix": "2001:db8::/32", "maxLength": 48, "ta": "ripe", "expires": 1790000000},
    ],
}
ROUTINATOR: dict[str, Any] = {
    "metadata": {"generated": 1795496400, "generatedTime": "2026-11-24T05:00:00Z"},
    "roas": [{"asn": "AS64501", "prefix": "203.0.113.0/24", "maxLength": 24, "ta": "ripe"}],
}


def parse(content: Any, hours: int = 24) -> Any:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return parse_vrps(raw, "vrps.json", as_of=AS_OF, max_age_hours=hours)


def test_rpki_client_and_expired_entries() -> None:
    result = parse(RPKI_CLIENT)
    assert result.value == (Vrp("203.0.113.0/24", 24, 64501),)  # the other one has expired
    assert result.provenance.problem is None and not result.provenance.stale
    assert result.provenance.valid_until == "2027-01-15T08:00:00Z"


def test_routinator_writes_asns_as_text() -> None:
    assert parse(ROUTINATOR).value == (Vrp("203.0.113.0/24", 24, 64501),)


def test_gzip_and_the_digest_of_the_exact_bytes() -> None:
    raw = gzip.compress(json.dumps(ROUTINATOR).encode())
    result = parse(raw)
    assert result.value and result.provenance.sha256 == hashlib.sha256(raw).hexdigest()
    assert result.raw == {result.provenance.sha256: raw}


def changed(base: dict[str, Any], **roa: Any) -> dict[str, Any]:
    return {**base, "roas": [{**base["roas"][0], **roa}]}


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "not complete JSON"),
        (json.dumps(ROUTINATOR).encode()[:-20], "not complete JSON"),
        (gzip.compress(json.dumps(ROUTINATOR).encode())[:-9], "gzip"),
        ({"metadata": ROUTINATOR["metadata"], "roas": []}, "holds no VRP"),
        ({"roas": {}}, "no list"),
        ([], "no list"),
        ({**RPKI_CLIENT, "roas": RPKI_CLIENT["roas"][:1]}, "1 of 2"),
        (changed(ROUTINATOR, prefix="203.0.113.1/24"), "host bits"),
        (changed(ROUTINATOR, maxLength=33), "maxLength"),
        (changed(ROUTINATOR, asn="ASX"), "cannot be read"),
        (changed(ROUTINATOR, asn=True), "AS number"),
    ],
)
def test_what_is_damaged_gives_no_value(content: Any, part: str) -> None:
    result = parse(content)
    assert result.value is None
    assert part in result.provenance.problem


@pytest.mark.parametrize(
    ("metadata", "part"),
    [
        ({"generatedTime": "2026-11-22T05:00:00Z"}, "49.0 hours old"),
        ({"generatedTime": "2026-11-24T09:00:00Z"}, "after the as-of time"),
        ({}, "nothing about when"),
    ],
)
def test_age_is_a_problem_but_the_value_stays(metadata: dict[str, Any], part: str) -> None:
    result = parse({**ROUTINATOR, "metadata": metadata})
    assert result.value and result.provenance.stale
    assert part in result.provenance.problem


def test_missing_file_and_unknown_scheme(tmp_path: Path) -> None:
    for location in ("none.json", "ftp://example.net/x"):
        result = load_vrps(location, as_of=AS_OF, max_age_hours=24, base=tmp_path)
        assert result.value is None and result.provenance.problem


WORDS = st.sampled_from(
    ["AS1", "as1", "1", "AS", "ASx", "AS-1", "AS4294967296", "AS0", "١", 0, 1, 4294967295, 4294967296, -1, True, 1.0, None, []]
)
PREFIXES = st.sampled_from(
    [
        "192.0.2.0/24",
        "192.0.2.1/24",
        "192.0.2.0/024",
        "192.0.2.0",
        "192.0.2.0/",
        "192.0.2.0/33",
        "0.0.0.0/0",
        "::/0",
        "2001:db8::/32",
        "2001:DB8::/32",
        "2001:db8::1/32",
        "2001:db8::/129",
        "1.2.3/24",
        "192.0.2.0/-1",
        "192.0.2.0/24/24",
        "",
        7,
        None,
    ]
)
MAXIMA = st.sampled_from([0, 23, 24, 25, 32, 33, 48, 128, 129, -1, True, "24", None, 24.0])


@given(PREFIXES, WORDS, st.one_of(st.just("absent"), MAXIMA))
def test_the_short_way_of_reading_is_the_strict_one(prefix: Any, asn: Any, longest: Any) -> None:
    item = {"prefix": prefix, "asn": asn} | ({} if longest == "absent" else {"maxLength": longest})
    try:
        wanted: Any = (vrp._entry(item)[1],)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        wanted = str(error)
    try:
        found: Any = vrp._read([item], 0, frozenset())[0]
    except SourceError as error:
        found = str(error).removeprefix("roas[0] cannot be read: ")
    assert found == wanted


def test_order_and_duplicates() -> None:
    roas = [
        {"asn": asn, "prefix": prefix, "maxLength": longest}
        for prefix, longest, asn in (
            ("2001:db8::/32", 48, 1),
            ("203.0.113.0/24", 24, 2),
            ("192.0.2.0/24", 25, 1),
            ("203.0.113.0/24", 24, 1),
            ("192.0.2.0/24", 24, 9),
            ("192.0.0.0/16", 24, 9),
            ("203.0.113.0/24", 24, 2),
        )
    ]
    found = vrp._read(roas, 0, frozenset())[0]
    assert [(one.prefix, one.max_length, one.asn) for one in found] == [
        ("192.0.0.0/16", 24, 9),
        ("192.0.2.0/24", 24, 9),
        ("192.0.2.0/24", 25, 1),
        ("203.0.113.0/24", 24, 1),
        ("203.0.113.0/24", 24, 2),
        ("2001:db8::/32", 48, 1),
    ]
