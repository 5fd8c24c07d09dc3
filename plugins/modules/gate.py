# GNU General Public License v3.0+ (see https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action routesec.manrs.gate."""

from __future__ import annotations

DOCUMENTATION = r"""
module: gate
short_description: Judge a change before it reaches a router
version_added: 0.1.0
author: routesec maintainers (@routesec)
description:
  - Compares saved configurations before and after a change, by the routes that they accept and announce.
  - Fails when the change brings a new or worse finding, or when that could not be decided. Old findings alone do not fail.
  - Nothing is contacted but the sources, and nothing is written but O(merged).
  - With O(on_device) the router itself says what a change would make of it. The change is staged, read back and dropped, never committed.
extends_documentation_fragment:
  - routesec.manrs.inputs
  - routesec.manrs.inputs.waivers
  - routesec.manrs.inputs.platform
  - routesec.manrs.inputs.session
options:
  base:
    description:
      - Configuration before the change. A file C(HOST.PLATFORM.cfg) or a folder of such files.
      - Required unless O(on_device) is given.
    type: path
  on_device:
    description:
      - Stage the file on the router of this host and judge what the router then shows against what it runs. V(merge) takes one file of
        O(fragments), V(replace) takes O(candidate).
      - Needs an account that may change the router. Only for routers with a candidate of their own, which are EOS, FRR, IOS-XR and Junos.
      - The candidate is always dropped and its lock given back. In check mode the task is skipped.
    type: str
    choices: [merge, replace]
  candidate:
    description:
      - Whole configurations after the change, named as in O(base).
      - Required unless O(fragments) are given; both may be given for different devices.
    type: path
  fragments:
    description:
      - Files C(HOST.PLATFORM.fragment), or folders of such files. Each is loaded onto the device's configuration in O(base), by the rules of its
        platform, and the result is judged.
      - Without O(candidate), every device that no fragment speaks of stays as it is.
    type: list
    elements: path
    default: []
  merged:
    description:
      - Folder that the configurations after the O(fragments) are written into.
    type: path
  sources_before:
    description:
      - Folder with what the sources said before. An as-set that gained a network that is nobody's customer, or a ROA that was lost, is then part
        of the change.
    type: path
  strict:
    description:
      - Judge everything, not only what the change brings.
    type: bool
    default: false
  break_glass:
    description:
      - Ticket that lets a blocked change through. The verdict is then V(overridden).
    type: str
attributes:
  check_mode:
    support: full
    details:
      - With O(on_device) nothing is staged in check mode, and the task is skipped.
  diff_mode:
    support: none
"""

EXAMPLES = r"""
- name: Judge what the merge request changes
  routesec.manrs.gate:
    base: running
    candidate: generated
    intent: manrs.yml
    waivers: waivers.yml
    sources: sources
  delegate_to: localhost
  run_once: true

- name: Judge snippets before they are loaded
  routesec.manrs.gate:
    base: running
    fragments: [snippets]
    intent: manrs.yml
  delegate_to: localhost
  run_once: true

- name: Ask the router what the snippet would make of it
  routesec.manrs.gate:
    on_device: merge
    fragments: ["snippets/{{ inventory_hostname }}.txt"]
    intent: manrs.yml
  vars:
    ansible_user: manrs-push
"""

RETURN = r"""
verdict:
  description: V(pass), V(fail), V(inconclusive) or V(overridden).
  returned: always
  type: str
  sample: pass
new:
  description: Findings that the change brings or makes worse.
  returned: always
  type: list
  elements: dict
unsure:
  description: What could not be decided and was decided, or absent, before.
  returned: always
  type: list
  elements: dict
fixed:
  description: Findings that the change ends.
  returned: always
  type: list
  elements: dict
blocking:
  description: Reasons that block whatever the base was.
  returned: always
  type: list
  elements: str
rules:
  description: How the candidate changes intent or waivers, which are read from the base.
  returned: always
  type: list
  elements: str
candidate:
  description: SHA-256 of what each host would be given, the configuration or the fragment. A push may demand it with C(expect_sha256).
  returned: always
  type: dict
  sample: {"edge1": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}
candidate_sha256:
  description: SHA-256 of the whole change, of the lines that C(sha256sum) would write of RV(candidate).
  returned: always
  type: str
text:
  description: The same in words, for people.
  returned: always
  type: str
"""
