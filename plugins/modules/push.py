# GNU General Public License v3.0+ (see https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action routesec.manrs.push."""

from __future__ import annotations

DOCUMENTATION = r"""
module: push
short_description: Make one router conformant, so that the change cannot cut it off
version_added: 0.1.0
author: routesec maintainers (@routesec)
description:
  - Plans what the failed checks need, renders and gates it, and commits it with a timer on the router that restores the old
    configuration by itself.
  - The change is confirmed only after the router was verified live over a fresh session. Any doubt rolls it back.
  - Only changes that reset no session are planned, unless the intent says that they are coordinated.
  - Every step is journalled in the run directory before it is taken.
extends_documentation_fragment:
  - routesec.manrs.inputs
  - routesec.manrs.inputs.platform
  - routesec.manrs.inputs.session
options:
  run_dir:
    description:
      - Directory of the run on the controller. The journal is written into its folder C(journal).
    type: path
    required: true
  templates:
    description:
      - Folder with templates of the operator that replace the ones of the platform.
    type: path
  expect_sha256:
    description:
      - Push only the candidate that a gate judged. The SHA-256 of the fragment or of the whole configuration after it, or the path of the
        gate's JSON or bundle.
      - The push is refused when the candidate rendered now is another, or when the gate did not let it through.
      - A bundle is tested for integrity, not for who signed it. Verify its signature first.
    type: str
  revert_in:
    description:
      - Seconds after which the router restores the old configuration unless the change was confirmed.
    type: int
    default: 120
  settle:
    description:
      - Seconds to wait at most until the sessions have settled after the change.
    type: int
    default: 60
  change_id:
    description:
      - Identifier of the change, recorded in the journal.
    type: str
    default: ""
  change_windows:
    description:
      - When the change may be made, beside the C(change_windows) of the intent. An ISO 8601 interval such as
        V(2026-11-25T22:00Z/2026-11-26T02:00Z), or weekly times in UTC such as V(mon-thu 22:00-02:00).
      - Outside of them the push is refused before anything is touched.
    type: list
    elements: str
    default: []
  no_revert_timer:
    description:
      - Push also to a router that cannot take the change back by itself. Without it such a push is refused.
      - Recorded in the journal and in the result. A controller that dies then leaves the change on the router.
    type: bool
    default: false
attributes:
  check_mode:
    support: full
    details:
      - In check mode the change is planned and gated, and returned as a diff. The router is only read.
  diff_mode:
    support: full
"""

EXAMPLES = r"""
- name: Show what would be changed
  routesec.manrs.push:
    intent: manrs.yml
    run_dir: evidence/push-1
  check_mode: true
  diff: true

- name: Make the router conformant
  routesec.manrs.push:
    intent: manrs.yml
    run_dir: evidence/push-1
    change_id: NOC-1234
"""

RETURN = r"""
outcome:
  description:
    - V(unchanged), V(planned) in check mode, V(confirmed) or V(rolled-back).
    - V(reverting) when the router could not be reached any more; its own timer takes the change back.
    - V(unknown) when nothing is pending on the router and yet it does not hold its old configuration.
  returned: success
  type: str
  sample: confirmed
because:
  description: Why it ended so.
  returned: when a change was tried
  type: str
candidate:
  description: The configuration that was planned, without secrets.
  returned: success
  type: str
left:
  description: What was left alone, and why.
  returned: success
  type: list
  elements: str
remaining:
  description: Findings that the change does not end.
  returned: success
  type: list
  elements: dict
saved:
  description: Whether the start-up configuration holds the change, too. If not, the task fails though the change is confirmed.
  returned: when a change was tried
  type: bool
reverts:
  description: Whether a timer on the router stood behind the change.
  returned: when a change was tried
  type: bool
journal:
  description: The file on the controller that names every step.
  returned: when a change was tried
  type: str
"""
