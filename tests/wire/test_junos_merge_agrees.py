"""What the server makes of a fragment for Junos, and what the engine says it makes of it, mean the same."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from manrs_conformance.platforms import load_merge, load_push
from manrs_wire import curly

CASES = Path(__file__).parents[1] / "unit" / "platforms" / "junos"
JUNOS = load_merge("junos")
PUSH = load_push("junos")
_spec = importlib.util.spec_from_file_location("junos_merging", CASES / "test_junos_merge.py")
assert _spec is not None and _spec.loader is not None
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
RUNNING, flatten, fragments, policies = _module.RUNNING, _module.flatten, _module.fragments, _module.policies


@given(fragments(), st.booleans())
@settings(max_examples=80, deadline=None)
def test_the_wire_server_agrees(fragment: str, commands: bool) -> None:
    text = flatten(fragment) if commands else fragment
    if not text:
        return
    served = curly.merge(RUNNING, text, "set" if commands else "replace")
    assert policies(served) == policies(JUNOS.merge(RUNNING, text))


def test_the_wire_server_agrees_on_deletions() -> None:
    for name in ("deleted_by_command", "deleted_by_tag", "deleted_container_takes_its_parents", "replaced_by_tag"):
        case = CASES / "merge" / name
        fragment = (case / "fragment.txt").read_text(encoding="utf-8")
        served = curly.merge(RUNNING, fragment, "set" if fragment.startswith("delete") else "replace")
        assert policies(served) == policies((case / "expected.txt").read_text(encoding="utf-8"))


@given(fragments(), st.booleans())
@settings(max_examples=80, deadline=None)
def test_what_the_server_shows_as_difference_is_read_back(fragment: str, back: bool) -> None:
    merged = JUNOS.merge(RUNNING, fragment)
    one, two = (merged, RUNNING) if back else (RUNNING, merged)
    diff = curly.compare(one, two)
    assert policies(PUSH.after(one, diff) or "") == policies(two)
    assert (diff == "") == (one == two)


CHANGES = [
    "insert policy-options policy-statement CUST-IN term rest before term bogons\n",
    "set policy-options policy-statement CUST-IN term early then reject\n"
    "insert policy-options policy-statement CUST-IN term early before term bogons\n",
    "set policy-options policy-statement CUST-IN term middle then reject\n"
    "insert policy-options policy-statement CUST-IN term middle after term bogons\n",
    "deactivate policy-options policy-statement CUST-IN term bogons\nactivate protocols bgp group CUSTOMERS neighbor 192.0.2.3\n",
    "deactivate protocols bgp group CUSTOMERS import\n",
    "delete protocols bgp group CUSTOMERS import\nset protocols bgp group CUSTOMERS import [ CUST-IN SCRUB ]\n",
    "delete interfaces ge-0/0/0\n",
]


@pytest.mark.parametrize("commands", CHANGES)
def test_moves_and_marks_are_read_back(commands: str) -> None:
    merged = JUNOS.merge(RUNNING, commands)
    for one, two in ((RUNNING, merged), (merged, RUNNING)):
        diff = curly.compare(one, two)
        assert diff
        assert policies(PUSH.after(one, diff) or "") == policies(two)


@pytest.mark.parametrize(
    "diff",
    [
        "[edit policy-options prefix-list CUSTOMER]\n-    203.0.113.0/24;\n",
        "[edit policy-options prefix-list NONE]\n+    203.0.113.0/24;\n",
        "[edit policy-options]\n-   prefix-list CUSTOMER {\n-       203.0.113.0/24;\n-   }\n",
        "[edit protocols bgp group CUSTOMERS]\n-    import [ OTHER ];\n+    import SCRUB;\n",
        "[edit policy-options]\n+   prefix-list CUSTOMER {\n+       203.0.113.0/24;\n+   }\n",
        "[edit policy-options policy-statement CUST-IN]\n     term none { ... }\n+    term new {\n+        then reject;\n+    }\n",
        "+    203.0.113.0/24;\n",
        "[edit policy-options]\n+   prefix-list NEW {\n",
    ],
)
def test_a_difference_that_does_not_fit_is_an_error(diff: str) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        PUSH.after(RUNNING, diff)
