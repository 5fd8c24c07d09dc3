"""The allow-lists: each only reads, and each is documented."""

from __future__ import annotations

from pathlib import Path

import pytest
from manrs_conformance import platforms
from manrs_conformance.platforms.base import Commands

PAGE = Path(__file__).resolve().parents[3] / "docs" / "collection.md"


@pytest.mark.parametrize(
    "text",
    ["configure terminal", "reload", "show version ; reload", "show version\nreload", "vtysh -c 'configure terminal'", "cat /etc/shadow",
     "show run | redirect tftp:x", "show run | tee x", "vtysh -c 'show version' -c 'configure'", "nft flush ruleset", "clear bgp *", ""],
)  # fmt: skip
def test_a_list_with_more_than_reading_cannot_be_made(text: str) -> None:
    with pytest.raises(ValueError, match="only reads"):
        Commands(config="show running-config", state={"x": text})


def test_a_getter_is_a_getter() -> None:
    with pytest.raises(ValueError, match="not a getter"):
        Commands(config="show running-config", getters={"x": "commit_config"})


@pytest.mark.parametrize("name", platforms.names())
def test_every_message_is_documented(name: str) -> None:
    commands = platforms.load(name).commands
    text = PAGE.read_text()
    part = text.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
    for one in sorted(commands.allowed() | commands.session):
        assert f"`{one}`" in part.replace("``", "`"), one
