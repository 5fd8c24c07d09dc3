"""Whether a redacted text means what the raw one meant: the writer of a bundle reads it again before anybody relies on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum
from typing import Any

from ..model.changed import last_change
from ..model.outline import outline
from ..model.router import Router
from ..model.snapshot import Snapshot
from . import skeleton
from .redact import Device, Scrubber, redact, rewritten

Read = Callable[[Snapshot], Router]
"""Parses a snapshot with all of its policies."""
FORMS = ("s?", "s?i")
"""Lines whose skeleton is kept when placeholders do not do: those not understood, then the irrelevant ones too, which may hold others."""
APART = frozenset({"unread", "line_states", "secrets"})
"""Parts of a model that redaction changes by its nature, or that are compared by themselves."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a bundle keeps of a device: its lines, what the router said, and the parts of the model that reading both again does not give."""

    device: Device
    state: Mapping[str, str]
    differs: tuple[str, ...] = ()


def kept(snapshot: Snapshot, router: Router, scrubber: Scrubber, read: Read | None) -> Kept:
    """The most redacted form of a device that is read as the same model, or the first form with what differs.

    Forms are tried in turn: placeholders, then skeletons of lines (see `skeleton`). Without `read` nothing is compared.
    """
    state = {key: written(scrubber.text(text)) for key, text in snapshot.state.items()}
    first = device = redact(snapshot, router, scrubber)
    if read is None:
        return Kept(first, state)
    whole = read(snapshot) if router == outline(router) else router
    differs: tuple[str, ...] = ()
    for letters in ("", *FORMS):
        if letters:
            device = skeleton.shaped(first, router, scrubber, letters)
        found = different(whole, read(replace(snapshot, config=text_of(device), state=state)), device, scrubber)
        if not found:
            return Kept(device, state)
        differs = differs or found
    return Kept(first, state, differs)


def text_of(device: Device) -> str:
    """The redacted configuration as a bundle holds it: each line ends, so that an empty last one counts too."""
    return written("".join(f"{line}\n" for line in device.lines))


def written(text: str) -> str:
    """A text as it is read back from a file of a bundle."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")


def different(raw: Router, again: Router, device: Device, scrubber: Scrubber) -> tuple[str, ...]:
    """Parts of the model that the redacted text does not give, quotations of redacted lines and secrets aside."""

    def change(text: str) -> str:
        return rewritten(text, device, scrubber)

    found = []
    for name in (one.name for one in fields(Router) if one.name not in APART):
        before, after = getattr(raw, name), getattr(again, name)
        if before != after and _shape(before, change) != _shape(after, str):
            found.append(name)
    known = dict(device.unread)
    if _unread(raw, lambda text: known.get(text) or change(text)) != _unread(again, str):
        found.append("unread")
    if last_change(device.raw) != last_change(device.lines):
        found.append("last change")
    return tuple(found)


def _unread(router: Router, change: Callable[[str], str]) -> list[tuple[Any, ...]]:
    return sorted({(one.line, one.state, change(str(one.taints)), change(one.text)) for one in router.unread})


def _shape(value: Any, change: Callable[[str], str]) -> Any:
    """A value as tuples, with a change applied to each of its texts."""
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, str):
        return change(written(value))
    if is_dataclass(value):
        return (type(value).__name__, *(_shape(getattr(value, one.name), change) for one in fields(value)))
    if isinstance(value, Mapping):
        return tuple(sorted(((_shape(key, change), _shape(item, change)) for key, item in value.items()), key=repr))
    if isinstance(value, Set):
        return tuple(sorted((_shape(one, change) for one in value), key=repr))
    if isinstance(value, (tuple, list)):
        return tuple(_shape(one, change) for one in value)
    return value
