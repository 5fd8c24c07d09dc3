"""Each folder PLATFORM/merge/CASE is a running configuration, a fragment, and what the router shows after loading it.

`expected.txt` is the configuration afterwards; `refused.txt` instead is a part of the message that names the refused line.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from manrs_conformance.errors import MergeError
from manrs_conformance.platforms import load_merge

HERE = Path(__file__).parent
CASES = {f"{one.parents[2].name}/{one.parent.name}": one.parent for one in sorted(HERE.glob("*/merge/*/fragment.txt"))}
AT_LEAST = {"ios": 15, "eos": 15, "nxos": 15, "iosxr": 15, "junos": 20}


@pytest.mark.parametrize("name", CASES)
def test_merge(name: str) -> None:
    """The fragment leads to the expected configuration, or is refused at the line that the message names."""
    case = CASES[name]
    running, fragment = ((case / f"{one}.txt").read_text(encoding="utf-8") for one in ("running", "fragment"))
    platform = load_merge(name.partition("/")[0])
    refused = case / "refused.txt"
    if refused.exists():
        with pytest.raises(MergeError) as error:
            platform.merge(running, fragment)
        assert refused.read_text(encoding="utf-8").strip() in str(error.value)
        assert any(f"`{line.strip()}`" in str(error.value) for line in fragment.splitlines())
    else:
        assert platform.merge(running, fragment) == (case / "expected.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("platform", AT_LEAST)
def test_every_merge_has_cases(platform: str) -> None:
    """The rules of a platform are proven by cases."""
    assert sum(name.startswith(f"{platform}/") for name in CASES) >= AT_LEAST[platform]
