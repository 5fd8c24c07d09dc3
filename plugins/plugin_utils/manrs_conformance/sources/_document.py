"""Read a YAML file that a person wrote, check it against its JSON Schema, and say exactly what is wrong and where."""

from __future__ import annotations

import datetime
import difflib
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from ..errors import InputError

SCHEMAS = Path(__file__).resolve().parent.parent / "data" / "schemas"
Place = tuple[str | int, ...]
SHOWN = 10
TYPES = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "empty",
}


@dataclass(frozen=True, slots=True)
class Document:
    """Checked content of one file, with the line of every place in it."""

    name: str
    data: dict[str, Any]
    lines: Mapping[Place, int] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """SHA-256 of the content in canonical JSON, so that comments and layout do not count."""
        text = json.dumps(self.data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def error(self, place: Place, problem: str) -> InputError:
        """An error that names file, line and path."""
        return InputError(self.message(place, problem))

    def message(self, place: Place, problem: str) -> str:
        """One line of the form `file:line: path: problem`; the nearest known line above the place is named."""
        line = next((self.lines[place[:n]] for n in range(len(place), -1, -1) if place[:n] in self.lines), None)
        return f"{self.name}{f':{line}' if line else ''}: {path_text(place)}: {problem}"


class _Core:
    """YAML 1.2 core scalars only: `64500:1` stays a community and `2026-01-31` stays text."""


class _Loader(_Core, yaml.SafeLoader):
    """In Python: for texts of any depth."""


class _Fast(_Core, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """With libyaml, a tenth of the time: an intent of a thousand neighbours takes a second otherwise."""


def _decimal(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int:
    """A decimal number; YAML 1.1 would read a leading zero as octal."""
    return int(loader.construct_scalar(node))


for _reader in (_Loader, _Fast):
    _reader.yaml_implicit_resolvers = {}
    for _tag, _pattern, _first in (
        ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
        ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
        ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?$", "-+0123456789."),
        ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
        ("merge", r"^<<$", "<"),
    ):
        _reader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))
    _reader.add_constructor("tag:yaml.org,2002:int", _decimal)

LONG, NESTED = 10_000, 1_000
"""Characters of a line, and brackets inside each other: libyaml's stack ends with the process somewhere beyond twice as many."""


def _loader(text: str) -> type[yaml.SafeLoader]:
    """What reads a text: libyaml, unless it may be deep."""
    depth = least = 0
    for one in re.findall(r"[][{}]", text):
        depth += 1 if one in "[{" else -1
        least = min(least, depth)
        if depth - least > NESTED:
            return _Loader
    json_like = text.lstrip()[:1] in ("{", "[")  # all in it is inside brackets
    return _Loader if not json_like and max(map(len, text.splitlines()), default=0) > LONG else _Fast


def read_document(source: str | Path | Mapping[str, Any], schema: str) -> Document:
    """Read and validate a file (or a mapping of the same shape); raises InputError naming every problem found."""
    document = Document("variables", _plain(source, (), "variables")) if isinstance(source, Mapping) else _read_yaml(Path(source))
    rules = json.loads((SCHEMAS / schema).read_text(encoding="utf-8"))
    errors = sorted((_deepest(e) for e in Draft202012Validator(rules).iter_errors(document.data)), key=_order)
    if errors:
        messages = list(dict.fromkeys(document.message(tuple(e.absolute_path), _say(e)) for e in errors))
        more = [f"and {len(messages) - SHOWN} more"] if len(messages) > SHOWN else []
        raise InputError("\n".join([*messages[:SHOWN], *more]))
    return document


def path_text(place: Iterable[str | int]) -> str:
    """A path as people write it: `neighbours[2].select.asn`."""
    text = ""
    for step in place:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text or "(whole file)"


def _read_yaml(path: Path) -> Document:
    name = str(path)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: is not UTF-8 text (byte {error.start})") from error
    lines: dict[Place, int] = {}
    try:
        loader = _loader(text)(text)
        try:
            node = loader.get_single_node()
            if node is None:
                raise InputError(f"{name}: is empty; a mapping is expected")
            _walk(node, (), lines, name, ())
            data = loader.construct_document(node)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise InputError(
            f"{name}{f':{mark.line + 1}' if mark else ''}: is not valid YAML: {error.problem or error.context}"
        ) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InputError(f"{name}: is not valid YAML: {error}") from error
    if not isinstance(data, dict):
        raise InputError(f"{name}:1: (whole file): must be a mapping, not {_kind(data)}")
    return Document(name, _plain(data, (), name), lines)


def _walk(node: yaml.Node, place: Place, lines: dict[Place, int], name: str, above: tuple[int, ...]) -> None:
    """Note the line of every place; refuse duplicate keys and self-reference."""
    lines.setdefault(place, node.start_mark.line + 1)
    if id(node) in above:
        raise InputError(f"{name}:{node.start_mark.line + 1}: {path_text(place)}: refers to itself")
    above = (*above, id(node))
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _walk(item, (*place, index), lines, name, above)
    elif isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            text = str(key.value)
            if text in seen and text != "<<":
                raise InputError(f"{name}:{line}: {path_text((*place, text))}: key given twice (first on line {seen[text]})")
            seen[text] = line
            lines[(*place, text)] = line
            _walk(value, (*place, text), lines, name, above)


def _plain(value: Any, place: Place, name: str) -> Any:
    """A copy made of JSON types only (callers hand over tagged or dated values)."""
    if isinstance(value, Mapping):
        wrong = [key for key in value if not isinstance(key, str)]
        if wrong:
            raise InputError(f"{name}: {path_text(place)}: the key {wrong[0]!r} must be text; put it in quotes")
        return {str(key): _plain(item, (*place, str(key)), name) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item, (*place, index), name) for index, item in enumerate(value)]
    if isinstance(value, datetime.datetime):
        utc = value.astimezone(datetime.UTC) if value.tzinfo else value
        return utc.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, str):
        return str(value)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    raise InputError(f"{name}: {path_text(place)}: a value of type {type(value).__name__} is not allowed")


def _deepest(error: ValidationError) -> ValidationError:
    """Of the alternatives that failed, the one that came furthest: it is what the author meant."""
    while error.validator == "anyOf" and error.context:
        deeper = [e for e in error.context if e.validator != "type" and e.validator != "required"]
        if not deeper:
            return error
        error = max(deeper, key=lambda e: len(e.absolute_path))
    return error


def _order(error: ValidationError) -> tuple[list[str], str]:
    return [f"{step:06d}" if isinstance(step, int) else step for step in error.absolute_path], error.message


def _kind(value: object) -> str:
    return next(
        (
            text
            for types, text in (
                (bool, "true or false"),
                (dict, "a mapping"),
                (list, "a list"),
                (str, "text"),
                ((int, float), "a number"),
            )
            if isinstance(value, types)
        ),
        "empty",
    )


def _say(error: ValidationError) -> str:
    """What is wrong, and what is allowed, in words."""
    allowed: Any = error.validator_value
    value: Any = error.instance
    schema: Mapping[str, Any] = error.schema if isinstance(error.schema, Mapping) else {}
    rule, hint = str(error.validator), schema.get("description", "")
    shown = json.dumps(value, ensure_ascii=False)[:60]
    if rule == "additionalProperties" and isinstance(value, dict):
        return _unknown_keys(value, sorted(schema.get("properties", {})))
    if rule == "required":
        missing = [key for key in allowed if key not in value]
        return f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing; required: {', '.join(allowed)}"
    if rule in {"enum", "const"}:
        options = [str(one) for one in (allowed if rule == "enum" else [allowed])]
        near = difflib.get_close_matches(str(value), options, 1)
        return f"{shown} is not allowed{f' (did you mean {near[0]}?)' if near else ''}; allowed: {', '.join(options)}"
    if rule == "type":
        wanted = " or ".join(TYPES.get(one, one) for one in ([allowed] if isinstance(allowed, str) else allowed))
        return f"must be {hint or wanted}, not {_kind(value)} ({shown})"
    if rule in {"pattern", "anyOf"}:
        return f"{shown} is not allowed; expected {hint or _alternatives(error)}"
    if rule == "uniqueItems":
        return "the same item is given twice"
    if rule in {"minimum", "maximum", "exclusiveMinimum"}:
        words = {"minimum": "at least", "maximum": "at most", "exclusiveMinimum": "more than"}
        return f"{shown} is out of range: must be {words[rule]} {allowed}{f' ({hint})' if hint else ''}"
    if rule in {"minItems", "minProperties", "minLength"}:
        return f"must hold at least {allowed}{f' ({hint})' if hint else ''}"
    if rule == "not":
        return "only one of file and url is allowed"
    return f"{error.message}{f'; expected {hint}' if hint else ''}"


def _alternatives(error: ValidationError) -> str:
    options = error.schema.get("anyOf", ()) if isinstance(error.schema, Mapping) else ()
    names = [" and ".join(one["required"]) for one in options if "required" in one]
    if any("$ref" in one for one in options):
        return "a prefix such as 192.0.2.0/24, or a mapping with prefix, ge, le"
    return f"one of: {', '.join(names)}"


def _unknown_keys(value: Mapping[str, Any], allowed: list[str]) -> str:
    parts = []
    for key in sorted(set(value) - set(allowed)):
        near = difflib.get_close_matches(key, allowed, 1)
        parts.append(f"{key}{f' (did you mean {near[0]}?)' if near else ''}")
    return f"unknown: {', '.join(parts)}; allowed: {', '.join(allowed)}"
