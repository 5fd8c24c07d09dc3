"""What holds for any text on every platform: each line has one state, and what a bundle keeps of a text is read as the same model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from manrs_conformance.evidence.faithful import kept, text_of
from manrs_conformance.evidence.redact import Device, Scrubber, redact, rewritten, secret_values
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


@dataclass(frozen=True, slots=True)
class Rekept:
    """What a bundle keeps of a text, and what it must not show."""

    device: Device
    differs: tuple[str, ...]
    secrets: tuple[str, ...]
    scrubber: Scrubber


def rekept(platform: str, text: str) -> tuple[Router, Rekept, Router]:
    """The router of a text, what a bundle keeps of it, and the router of that."""
    snapshot = Snapshot("r1", platform, text)
    router = load(platform).parse(text, {})
    scrubber = Scrubber(secret_values({"r1": snapshot}, {"r1": router}))
    held = kept(snapshot, router, scrubber, lambda one: load(one.platform).parse(one.config, one.state))
    long = tuple(value for value in scrubber.strong if len(value) > 7)
    again = load(platform).parse(text_of(held.device), {})
    return router, Rekept(held.device, held.differs, long, scrubber), again


def same_results(before: Router, after: Router, held: Rekept) -> None:
    """Both routers are the same to every check, secrets and quotations of lines that are not shown aside."""

    def told(value: object) -> str:
        return " ".join(rewritten(repr(value), held.device, held.scrubber).split())

    left, right = meaning(before), meaning(after)
    # A name that is a secret elsewhere sorts differently once it is hidden.
    shown = sorted(told(one) for one in before.policies.items())
    assert left.pop("policies") == right.pop("policies") or shown == sorted(
        " ".join(repr(one).split()) for one in after.policies.items()
    )
    for name, value in left.items():
        assert value == right[name] or told(value) == " ".join(repr(right[name]).split()), name
