# GNU General Public License v3.0+ (see https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action routesec.manrs.rollout."""

from __future__ import annotations

DOCUMENTATION = r"""
module: rollout
short_description: Make many routers conformant, canaries first
version_added: 0.1.0
author: routesec maintainers (@routesec)
description:
  - Pushes to routers in order, each by the whole protocol of M(routesec.manrs.push). Canaries come first, then batches.
  - After each batch every router that holds the change is looked at over a fresh session. One problem stops the rollout.
  - Every decision is recorded in the run directory before it is carried out. Run again with the same options and run directory, an
    unfinished rollout goes on, and a router that was under change is looked at first.
  - Runs once for the play; the hosts are reached by their own variables.
extends_documentation_fragment:
  - routesec.manrs.inputs
  - routesec.manrs.inputs.session
options:
  run_dir:
    description:
      - Directory of the run on the controller. It holds what was read before and after, the candidates, the journals and the record.
    type: path
    required: true
  hosts:
    description:
      - The routers, in order.
    type: list
    elements: str
    required: true
  canary:
    description:
      - Routers to begin with, one after the other.
    type: list
    elements: str
    default: []
  batches:
    description:
      - Sizes of the batches after the canaries, as numbers of hosts or percentages of all. The last size goes on.
    type: list
    elements: str
    default: ["25%"]
  on_failure:
    description:
      - V(stop) begins nothing more and leaves what is confirmed.
      - V(rollback) stops, and puts the configuration of before in place on every router that was confirmed, the last one first.
      - V(continue) goes on while no more than O(max_failed) routers have failed.
    type: str
    choices: [stop, rollback, continue]
    default: stop
  max_failed:
    description:
      - How many routers may fail when O(on_failure=continue).
    type: int
    default: 0
  workers:
    description:
      - How many routers of a batch are worked on at once.
    type: int
    default: 1
  templates:
    description:
      - Folder with templates of the operator that replace the ones of the platform.
    type: path
  revert_in:
    description:
      - Seconds after which a router restores the old configuration unless the change was confirmed.
    type: int
    default: 120
  settle:
    description:
      - Seconds to wait at most until the sessions of a router have settled after the change.
    type: int
    default: 60
  change_id:
    description:
      - Identifier of the change, recorded in the journals.
    type: str
    default: ""
  change_windows:
    description:
      - When changes may be made, beside the C(change_windows) of the intent. See O(routesec.manrs.push#module:change_windows).
    type: list
    elements: str
    default: []
  no_revert_timer:
    description:
      - Push also to routers that cannot take a change back by themselves.
    type: bool
    default: false
  bundle:
    description:
      - New folder for one evidence bundle of the state after the rollout, with what was before and what was changed.
    type: path
  key:
    description:
      - Key that signs the bundle.
    type: path
attributes:
  check_mode:
    support: partial
    details:
      - In check mode nothing is done; the batches are shown and returned. Use M(routesec.manrs.push) to see what would be changed.
  diff_mode:
    support: none
"""

EXAMPLES = r"""
- name: Roll out, one canary first
  routesec.manrs.rollout:
    intent: manrs.yml
    run_dir: evidence/rollout-1
    hosts: "{{ query('inventory_hostnames', 'edges') }}"
    canary: [edge1]
    batches: ["2", "25%"]
    on_failure: rollback
    bundle: evidence/rollout-1/bundle
  run_once: true
"""

RETURN = r"""
verdict:
  description: V(done), V(stopped), V(rolled-back), or V(mixed) when a router could not be taken back or nobody knows what it holds.
  returned: success
  type: str
  sample: done
because:
  description: Why it was stopped.
  returned: success
  type: str
hosts:
  description: Outcome and reason by host.
  returned: success
  type: dict
batches:
  description: The hosts in order, batch by batch.
  returned: always
  type: list
  elements: list
bundle:
  description: Verdicts before and after, path and root of the bundle.
  returned: when O(bundle) is given
  type: dict
"""
