# GNU General Public License v3.0+ (see https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action routesec.manrs.evidence."""

from __future__ import annotations

DOCUMENTATION = r"""
module: evidence
short_description: Judge the whole fleet of a run and write the evidence bundle
version_added: 0.1.0
author: routesec maintainers (@routesec)
description:
  - Reads what M(routesec.manrs.audit) saved in the run directory, adds the checks across routers, and judges the requirements of
    each MANRS action.
  - Every expected host ends as assessed, excluded or failed. A host that is missing makes the result incomplete.
  - The bundle is a BagIt bag that is verified with stock tools, and signed when a key is given.
  - Run it once per play, on the controller.
extends_documentation_fragment:
  - routesec.manrs.inputs
  - routesec.manrs.inputs.waivers
  - routesec.manrs.inputs.fail_on
options:
  run_dir:
    description:
      - Directory of the run, as given to M(routesec.manrs.audit), or the directory above those of the slices of a run, C(slice-*).
    type: path
    required: true
  bundle:
    description:
      - Directory to write the bundle to. It must not exist.
    type: path
    required: true
  expected:
    description:
      - Names of all hosts that the audit was to cover, whether they answered or not.
    type: list
    elements: str
    required: true
  excluded:
    description:
      - Hosts that were left out on purpose, with the reason.
    type: dict
    default: {}
  key:
    description:
      - SSH private key that signs the bundle, or the public half of a key that an agent holds.
    type: path
  previous:
    description:
      - The bundle of the run before this one. The new bundle names it, findings keep the day they were first seen, and the report shows
        what changed since.
    type: path
  mode:
    description:
      - How the bundle holds redacted configurations.
      - V(full) as one file a device, V(blocks) cut into blocks that are stored once, V(lite) as excerpts, which cannot be evaluated again.
      - When absent, V(blocks) above 50 devices, else V(full).
    type: str
    choices: [full, lite, blocks]
  workers:
    description: Processes that judge the routers; one for each core of the controller when absent. The results are the same for any number.
    type: int
  cache:
    description:
      - Folder on the controller where the results of routers are kept; a router of which nothing changed is not judged again.
      - It must belong to the user who runs the play and be writable by nobody else. Without it every router is judged.
    type: path
  scheduler:
    description: Address of a Dask scheduler, such as C(tcp://10.0.0.5:8786), whose workers judge the routers instead of this machine.
    type: str
attributes:
  check_mode:
    support: full
    details:
      - In check mode no bundle is written and nothing is judged.
  diff_mode:
    support: none
"""

EXAMPLES = r"""
- name: Judge the fleet and write the bundle
  routesec.manrs.evidence:
    intent: manrs.yml
    run_dir: evidence/run-1
    bundle: evidence/bundle-1
    expected: "{{ groups['edges'] }}"
    excluded:
      edge9: being replaced, NOC-1234
    key: ~/.ssh/manrs_ed25519
  delegate_to: localhost
  run_once: true
"""

RETURN = r"""
verdict:
  description: V(pass), V(fail) or V(inconclusive) over the whole fleet.
  returned: success
  type: str
  sample: inconclusive
exit_code:
  description: What the command C(manrs audit) would have exited with. 0 pass, 1 findings, 2 inconclusive or nothing assessed.
  returned: success
  type: int
scope:
  description: What became of each expected host. V(assessed), V(partial), V(unreachable) or V(excluded).
  returned: success
  type: dict
  sample: {"edge1": "assessed", "edge2": "unreachable"}
counts:
  description: Number of results by status.
  returned: success
  type: dict
requirements:
  description: Verdict on each requirement of the norm.
  returned: success
  type: dict
findings:
  description: The results that only the whole fleet shows, such as leaks from one router to another, and that are not a pass.
  returned: success
  type: list
  elements: dict
summary:
  description: The same in words, for people.
  returned: success
  type: str
bundle:
  description: Where the bundle is.
  returned: success
  type: str
root:
  description: Root of the bundle, the SHA-256 of its tag manifest. Keep it elsewhere to notice a replaced bundle.
  returned: success
  type: str
"""
