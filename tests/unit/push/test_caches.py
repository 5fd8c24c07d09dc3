"""RPKI caches of the intent are only planned where the router would compute validation states from them."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from manrs_conformance import platforms
from manrs_conformance.model.intent import Cache
from manrs_conformance.model.result import Finding, Severity, Status
from manrs_conformance.model.snapshot import Snapshot
from manrs_conformance.push import caches

sys.path.insert(0, str(Path(__file__).parent))
from edges import HERE, given

TEXT = re.sub(r"(?m)^ bgp rpki server .*\n", "", (HERE / "ios.cfg").read_text())
INTENT = replace(given()[0], rpki_caches=(Cache("192.0.2.9", 3323), Cache("192.0.2.10", 323, "other*")))
FAILS = (Finding("ROV-01", "edge", "router", Status.FAIL, Severity.HIGH, "no cache"),)


class Says:
    """IOS with other words for the caches."""

    def __init__(self, words: str) -> None:
        self.words, self.ios = words, platforms.load_render("ios")

    def __getattr__(self, name: str) -> Any:
        return getattr(self.ios, name)

    def asking(self, *_given: object) -> str:
        """What would be sent."""
        return f"router bgp 43210\n{self.words}\n"


def ground(platform: Any, text: str = TEXT, findings: tuple[Finding, ...] = FAILS) -> caches.Ground:
    return caches.ground(
        Snapshot("edge", "ios", text, {}), platform, platforms.load_render("ios").parse(text, {}), INTENT, findings
    )


def test_a_router_that_asks_none_gets_its_own() -> None:
    found = ground(platforms.load_render("ios"))
    assert (found.caches, found.left) == ((("192.0.2.9", 3323),), ())
    assert [(one.address, one.port) for one in found.router.caches] == [("192.0.2.9", 3323)]


@pytest.mark.parametrize(
    "words",
    [
        " bgp rpki server tcp 192.0.2.9 port 3324 refresh 600",
        " bgp rpki server tcp 192.0.2.9 port 3323 refresh 600\n no such statement",
        " bgp log-neighbor-changes",
    ],
    ids=["another port", "a line nobody understands", "no cache"],
)
def test_words_that_do_not_make_it_ask_are_left(words: str) -> None:
    found = ground(Says(words))
    assert (found.text, found.caches, found.base) == ("", (), TEXT)
    assert found.left[0].startswith("router: no RPKI cache is configured:")


def test_nothing_is_planned_where_it_asks_already_or_nothing_fails() -> None:
    ios = platforms.load_render("ios")
    asks = TEXT.replace("router bgp 43210\n", "router bgp 43210\n bgp rpki server tcp 198.51.100.1 port 323 refresh 600\n")
    assert ground(ios, asks).text == ground(ios, findings=()).text == ""
