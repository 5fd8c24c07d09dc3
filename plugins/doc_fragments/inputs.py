# GNU General Public License v3.0+ (see https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that several actions share."""

from __future__ import annotations


class ModuleDocFragment:
    """What a run is judged by, and how it may end."""

    DOCUMENTATION = r"""
options:
  intent:
    description:
      - The intent file, C(manrs.yml). It declares the operator's ASNs, prefixes and neighbours.
    type: path
    required: true
  sources:
    description:
      - Folder with saved reference data.
      - Without it the sources that the intent names are asked.
    type: path
  as_of:
    description:
      - Judge as of this time, RFC 3339 UTC. The present time when absent.
    type: str
attributes:
  check_mode:
    description: Can run in check mode and never changes a router then.
  diff_mode:
    description: Returns what would change or has changed on the router when run with C(--diff).
  action:
    description: Runs on the controller as an action; nothing is copied to the target.
    support: full
"""

    WAIVERS = r"""
options:
  waivers:
    description:
      - File with the fails that were accepted for a while. A waived fail stays visible as a waived fail.
    type: path
"""

    PLATFORM = r"""
options:
  platform:
    description:
      - Platform of the router, such as V(frr).
      - When absent, the variable C(manrs_platform) or the last word of C(ansible_network_os) tells it.
    type: str
"""

    FAIL_ON = r"""
options:
  fail_on:
    description:
      - When the task fails. A router that does not conform is a result, not a failure, unless this asks.
      - V(never) fails only when the work could not be done.
      - V(fail) fails on findings.
      - V(inconclusive) fails on findings and on everything that could not be decided.
    type: str
    choices: [never, fail, inconclusive]
    default: never
"""

    SESSION = r"""
options: {}
notes:
  - The router is reached through NAPALM with the connection variables of the inventory, C(ansible_host), C(ansible_port), C(ansible_user),
    C(ansible_password), C(ansible_ssh_private_key_file) and C(ansible_host_key_checking), beside
    C(manrs_napalm_optional_args) or C(napalm_optional_args), C(manrs_napalm_driver) and C(manrs_timeout) in seconds.
  - Host keys are verified unless C(ansible_host_key_checking) is false; an evidence bundle records such a bypass.
requirements:
  - napalm
  - jsonschema
"""
