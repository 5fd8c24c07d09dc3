"""What the server makes of a fragment for Junos, and what the engine says it makes of it, mean the same."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from manrs_conformance.platforms import load_merge
from manrs_wire import curly

CASES = Path(__file__).parents[1] / "unit" / "platforms" / "junos"
JUNOS = load_merge("junos")
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
