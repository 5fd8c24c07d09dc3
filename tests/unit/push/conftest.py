"""Until a platform merges fragments by its own rules, one is placed at the end of the configuration."""

from __future__ import annotations

import pytest
from manrs_conformance import platforms
from manrs_conformance.platforms.base import MergePlatform


@pytest.fixture(autouse=True)
def placing(monkeypatch: pytest.MonkeyPatch) -> None:
    def merge(_self: object, running: str, fragment: str) -> str:
        return running.replace("\nend\n", f"\n{fragment}end\n") if "\nend\n" in running else running + fragment

    for name in ("eos", "iosxr", "nxos", "ios"):
        found = platforms.load(name)
        if not isinstance(found, MergePlatform):
            monkeypatch.setattr(type(found), "merge", merge, raising=False)
    monkeypatch.setattr(platforms, "load_push", platforms.load)
