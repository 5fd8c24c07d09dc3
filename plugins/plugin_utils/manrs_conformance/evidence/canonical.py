"""Canonical JSON: one value has one byte string."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from ..errors import BundleError

LIMIT = 1 << 53
KNOWN = 10_000
"""Integers that are remembered by their text."""


def plain(value: object) -> Any:
    """Turn dataclasses, enums, sets and tuples into JSON values; BundleError on floats, large integers, keys not in ASCII."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, int):
        if abs(value) >= LIMIT:
            raise BundleError(f"integer {value} is too large for canonical JSON")
        return value
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "backslashreplace").decode("utf-8")
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {_key(key): plain(item) for key, item in value.items()}
    if isinstance(value, Set):
        return sorted((plain(item) for item in value), key=dumps)
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        return [plain(item) for item in value]
    raise BundleError(f"{type(value).__name__} has no place in canonical JSON")


def _key(key: object) -> str:
    text = key if isinstance(key, str) else str(key)
    if not text.isascii():
        raise BundleError(f"key {text!r} of a signed JSON file is not ASCII")
    return str(text)


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def dumps(value: object) -> bytes:
    """Write a plain value as RFC 8785 bytes (sorted keys, no spaces, UTF-8); it must come from `plain`."""
    return _ENCODER.encode(value).encode("utf-8")


def document(value: object) -> bytes:
    """Write any value as a canonical JSON file: canonical bytes and a newline."""
    return dumps(plain(value)) + b"\n"


def loads(data: bytes) -> Any:
    """Read JSON from a hostile source: duplicate keys, floats and too deep nesting are a BundleError."""
    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=_unique, parse_float=_no_float, parse_constant=_no_float)
    except (ValueError, RecursionError) as problem:
        raise BundleError(f"not canonical JSON: {problem}") from problem


def read_document(data: bytes) -> Any:
    """Read what `document` wrote, from a hostile source; BundleError when these are not its very bytes."""
    values = read_lines(data)
    if len(values) != 1:
        raise BundleError("not one line of canonical JSON")
    return values[0]


def read_lines(data: bytes) -> list[Any]:
    """Read lines of canonical JSON objects or arrays from a hostile source; BundleError names the first line that is not one.

    Every value is written again and must give the same bytes, which no doubled key survives, so that no object is looked at by itself. All
    are written at once: a value ends where its own text says, so two equal texts of as many values are equal line by line.
    """
    try:
        lines = data.decode("utf-8").split("\n")
    except UnicodeDecodeError as problem:
        raise BundleError(f"not UTF-8: {problem}") from problem
    if lines.pop():
        raise BundleError(f"line {len(lines) + 1}: not ended by a newline")
    values: list[Any] = []
    scan, keep = _SCAN, values.append
    try:
        for line in lines:
            value, end = scan(line, 0)
            if end != len(line) or not isinstance(value, (dict, list)):
                raise ValueError("not one object or array")
            if not line.isascii():
                plain(value)
            keep(value)
    except (ValueError, StopIteration, RecursionError, BundleError) as problem:
        raise BundleError(f"line {len(values) + 1}: not canonical JSON: {problem}") from problem
    if not _as_written(values, f"[{','.join(lines)}]"):
        wrong = next(number for number, line in enumerate(lines, 1) if not _as_written(values[number - 1], line))
        raise BundleError(f"line {wrong}: not canonical JSON")
    return values


def _as_written(value: Any, expected: str) -> bool:
    """Whether a value read from a text gives it again."""
    try:
        return _ENCODER.encode(value) == expected
    except (ValueError, RecursionError):
        return False


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("the same key stands twice in one object")
    return result


class _Integers(dict[str, int]):
    """Integers by their text: the few numbers that stand in records again and again are looked at once."""

    def __missing__(self, text: str) -> int:
        """Read one; ValueError where JSON cannot hold it exactly (RFC 7493 section 2.2)."""
        value = int(text)
        if abs(value) >= LIMIT:
            raise ValueError(f"integer {text} is too large")
        if len(self) < KNOWN:
            self[text] = value
        return value


def _no_float(text: str) -> Any:
    raise ValueError(f"number {text} is not an integer")


def map_text(value: Any, change: Callable[[str], str]) -> Any:
    """Apply a change to every string of a plain value; keys stay."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [map_text(item, change) for item in value]
    if isinstance(value, dict):
        return {key: map_text(item, change) for key, item in value.items()}
    return value


_DECODER = json.JSONDecoder(parse_int=_Integers().__getitem__, parse_float=_no_float, parse_constant=_no_float)
_SCAN: Callable[[str, int], tuple[Any, int]] = vars(_DECODER)["scan_once"]
"""Reads one value at a place of a text: the value and where it ends. `raw_decode` is the same behind one more call for each line."""
