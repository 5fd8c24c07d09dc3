"""The page of checks is what the catalogue says; `python tests/unit/checks/test_page.py` writes it anew."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "checks.md"
HEAD = """\
# Checks

What `manrs audit` asks, by id. A check that fails shows a route, a packet or a record that proves it; one that cannot be decided says why. Which checks
decide a requirement of the norm, and which only support it, is data: `manrs_conformance/data/norms/`.

| id | MANRS action | severity | what must hold |
|---|---|---|---|
"""


def page() -> str:
    """The page as the catalogue has it."""
    from manrs_conformance import checks

    rows = (f"| {one.id} | {one.action} | {one.severity.value} | {one.title} |" for one in checks.catalogue())
    return HEAD + "\n".join(rows) + "\n"


def test_the_page_lists_every_check() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "plugins" / "plugin_utils"))
    PAGE.write_text(page(), encoding="utf-8")
