"""The checks that are run again on the live router after a push are those that read live state."""

from __future__ import annotations

import re
from pathlib import Path

from manrs_conformance import checks
from manrs_conformance.push.device import READS_LIVE


def test_every_check_that_reads_live_state_is_named() -> None:
    folder = Path(checks.__file__).parent
    helpers = {path.stem for path in folder.glob("_*.py") if ".live" in path.read_text()}
    reads = re.compile(r"\.live\b|" + "|".join(rf"\bimport .*{one}\b|from \.{one}\b" for one in helpers if one != "__init__"))
    found = {path.stem.upper().replace("_", "-") for path in folder.glob("[a-z]*_[0-9]*.py") if reads.search(path.read_text())}
    assert found
    assert found == READS_LIVE
