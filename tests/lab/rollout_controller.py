"""A rollout by the Nornir face, in a process of its own that may be killed: `python rollout_controller.py JOB`, JOB a JSON file.

JOB holds `hosts` (an inventory file of Nornir) and the arguments of `manrs_rollout`; how the rollout ended is printed as JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from nornir import InitNornir
from nornir_manrs.rollout import manrs_rollout


def main() -> int:
    """Roll out, or on; 0 when the rollout is done."""
    given: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text())
    options = {"host_file": given.pop("hosts")}
    nr = InitNornir(inventory={"plugin": "SimpleInventory", "options": options}, logging={"enabled": False})
    done = manrs_rollout(nr, **given)
    print(json.dumps(done))
    return 0 if done["verdict"] == "done" else 1


if __name__ == "__main__":
    sys.exit(main())
