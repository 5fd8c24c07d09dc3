# GNU General Public License v3.0+ (see https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action routesec.manrs.audit."""

from __future__ import annotations

DOCUMENTATION = r"""
module: audit
short_description: Read one router and judge its routing security against MANRS
version_added: 0.1.0
author: routesec maintainers (@routesec)
description:
  - Collects configuration and state of the host through NAPALM, judges every check over all routes, and returns the verdicts.
  - What was collected is saved in the run directory, readable by its owner only. No configuration enters host variables.
  - Only read commands of the platform's allow-list are ever sent to the router.
  - Checks across routers are made by M(routesec.manrs.evidence), once per run.
extends_documentation_fragment:
  - routesec.manrs.inputs
  - routesec.manrs.inputs.waivers
  - routesec.manrs.inputs.platform
  - routesec.manrs.inputs.fail_on
  - routesec.manrs.inputs.session
options:
  judge:
    description:
      - Whether to judge the router at once. With V(false) it is only read, and M(routesec.manrs.evidence) judges all routers together.
      - For large fleets, reading the intent and the reference data once instead of once for each router saves most of the time.
    type: bool
    default: true
  run_dir:
    description:
      - Directory of the run on the controller. The snapshot is written into its folder C(devices).
      - Use a new directory for every run.
    type: path
    required: true
  config:
    description:
      - Judge this saved configuration instead of the live router. Nothing is contacted.
    type: path
attributes:
  check_mode:
    support: full
    details:
      - Nothing is ever written to the router. The snapshot on the controller is written in check mode too.
  diff_mode:
    support: none
"""

EXAMPLES = r"""
- name: Collect and judge
  routesec.manrs.audit:
    intent: manrs.yml
    run_dir: evidence/run-1

- name: Judge a saved configuration
  routesec.manrs.audit:
    intent: manrs.yml
    run_dir: evidence/run-1
    platform: frr
    config: saved/edge1.frr.cfg
    sources: sources
    fail_on: inconclusive
"""

RETURN = r"""
verdict:
  description: V(pass), V(fail) or V(inconclusive) over everything that was asked of this router.
  returned: success, when O(judge=true)
  type: str
  sample: fail
counts:
  description: Number of results by status.
  returned: success, when O(judge=true)
  type: dict
  sample: {"fail": 1, "pass": 40}
actions:
  description: Number of results by MANRS action, then by status.
  returned: success, when O(judge=true)
  type: dict
  sample: {"1": {"fail": 1, "pass": 37}, "2": {"pass": 3}}
findings:
  description: The results that are not a pass.
  returned: success, when O(judge=true)
  type: list
  elements: dict
snapshot:
  description: The file on the controller that holds what was collected.
  returned: success
  type: str
  sample: evidence/run-1/devices/edge1.snapshot.json
digest:
  description: SHA-256 of that file.
  returned: success
  type: str
"""
