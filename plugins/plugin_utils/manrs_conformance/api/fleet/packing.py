"""What a router came to, as bytes: once for the cache and for the way from worker to parent alike."""

from __future__ import annotations

import dataclasses
import io
import pickle
from collections import deque
from collections.abc import Callable, Sequence
from functools import cache
from operator import attrgetter
from typing import Any

from ...analysis.collecting import uncollected
from ...model.result import Finding
from .device import Judged


def packed(judged: Judged) -> bytes:
    """The bytes; to be read by the same version only."""
    out = io.BytesIO()
    _Packer(out, pickle.HIGHEST_PROTOCOL).dump(judged)
    return out.getvalue()


def unpacked(data: bytes) -> Judged:
    """What was packed."""
    with uncollected():
        found: Judged = pickle.loads(data)
    return found


class _Packer(pickle.Pickler):
    """Plain frozen dataclasses as a call with their values: what pickle does by itself looks every field up at every object, three times as slow."""

    def reducer_override(self, one: Any) -> Any:
        """How to make the object again; NotImplemented leaves it to pickle."""
        if isinstance(one, Judged):
            return _judged, (_columns(one.findings), one.host, one.router, one.local, one.lines)
        values = _values(type(one))  # type: ignore[arg-type]
        return NotImplemented if values is None else (type(one), values(one))


@cache
def _values(kind: type) -> Callable[[Any], tuple[Any, ...]] | None:
    """The values of an instance in the order of its constructor; None where that does more than to keep them."""
    if not dataclasses.is_dataclass(kind) or hasattr(kind, "__post_init__") or "__reduce__" in vars(kind):
        return None
    fields = dataclasses.fields(kind)
    names = [one.name for one in fields]
    if len(names) < 2 or any(not one.init or one.kw_only for one in fields) or set(names) != set(vars(kind).get("__slots__", ())):
        return None
    return attrgetter(*names)


FIELDS = tuple([one.name for one in dataclasses.fields(Finding)])


def _columns(findings: Sequence[Finding]) -> tuple[tuple[Any, ...], ...]:
    """The values of all findings field by field."""
    return tuple(zip(*map(attrgetter(*FIELDS), findings), strict=True))


def _judged(columns: Sequence[Sequence[Any]], host: str, *rest: Any) -> Judged:
    """A router's result from the columns of its findings.

    A fleet has half a million findings, and its parent makes them all: setting a slot of all at once by its descriptor costs half of what their
    constructor does, which a frozen dataclass goes through Python for.
    """
    findings = tuple([Finding.__new__(Finding) for _one in (columns[0] if columns else ())])
    for name, column in zip(FIELDS, columns, strict=bool(columns)):
        deque(map(getattr(Finding, name).__set__, findings, column), maxlen=0)
    return Judged(host, findings, *rest)
