"""What holds for any text on every platform: each line has one state, and what a bundle keeps of a text is read as the same model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from manrs_conformance.evidence.redact import Scrubber, redact, secret_values
from manrs_conformance.model.router import Router
from manrs_conformance.model.snapshot import Snapshot
from manrs_conformance.model_json import model_json, model_text
from manrs_conformance.platforms import load


def accounted(platform: str, text: str, state: Mapping[str, str] | None = None) -> Router:
    """The router of a text, with every line in one state, every unread line named and every secret inside its line."""
    router = load(platform).parse(text, state or {})
    lines = text.splitlines()
    assert len(router.line_states) == len(lines)
    assert set(router.line_states) <= set("uis?")
    unread = {number for number, letter in enumerate(router.line_states, 1) if letter in "s?"}
    assert unread == {one.line for one in router.unread}
    assert all(lines[one.line - 1].strip() == one.text for one in router.unread)
    assert all(0 <= one.start < one.end <= len(lines[one.line - 1]) for one in router.secrets)
    model_json(router, text)
    model_text(router, text)
    return router


def reread(platform: str, text: str, state: Mapping[str, str] | None = None) -> tuple[Router, Router, str]:
    """The router of a text, that of its redacted form, and the redacted form."""
    router = load(platform).parse(text, state or {})
    snapshot = Snapshot("r1", platform, text)
    kept = "\n".join(redact(snapshot, router, Scrubber(secret_values({"r1": snapshot}, {"r1": router}))).lines) + "\n"
    return router, load(platform).parse(kept, state or {}), kept


def meaning(router: Router) -> dict[str, object]:
    """All that checks read, in an order of its own: the texts of unread lines and the places of secrets aside."""
    plain = replace(router, unread=(), line_states="", secrets=(), incomplete_because="")
    out = {name: getattr(plain, name) for name in Router.__dataclass_fields__ if name != "policies"}
    out["policies"] = dict(sorted(router.policies.items()))
    out["unread"] = sorted({(one.line, one.state, str(one.taints)) for one in router.unread})
    return out


def same_meaning(before: Router, after: Router) -> None:
    """Both routers are the same to every check."""
    left, right = meaning(before), meaning(after)
    for name, value in left.items():
        assert value == right[name], name
