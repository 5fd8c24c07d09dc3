"""`python tests/requirements/archives.py`: from run.txt, the SHA-256 of the archives of what the engine needs, as the engine ships them for the lock
of a bundle. Run it after run.txt was made anew."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "plugins/plugin_utils")]

from manrs_conformance.evidence import tool  # noqa: E402


def archives() -> dict[str, list[str]]:
    """Digests by `NAME==VERSION`."""
    text = (ROOT / "tests/requirements/run.txt").read_text()
    needed = {one.name for one in tool.distributions()}
    found = re.findall(r"(?m)^([a-z0-9-]+)==(\S+) \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", text)
    return {f"{name}=={version}": sorted(re.findall(r"[0-9a-f]{64}", rest)) for name, version, rest in found if name in needed}


if __name__ == "__main__":
    tool.ARCHIVES.write_text(json.dumps(archives(), indent=1, sort_keys=True) + "\n")
