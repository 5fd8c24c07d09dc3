"""What a router came to, as bytes: once for the cache and for the way from worker to parent alike."""

from __future__ import annotations

import dataclasses
import io
import pickle
from collections.abc import Callable
from functools import cache
from operator import attrgetter
from typing import Any

from ...analysis.collecting import uncollected
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
