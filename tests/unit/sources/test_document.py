"""YAML is read by libyaml like by the reader in Python, and what would overflow libyaml's stack is not given to it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from manrs_conformance.errors import InputError
from manrs_conformance.sources import _document
from manrs_conformance.sources.intent import load_intent

UNIT = Path(__file__).parents[1]
FILES = sorted({*UNIT.rglob("manrs.yml"), *UNIT.rglob("*waivers*.yml"), *UNIT.rglob("intent*.yml")})
ODD = (
    "a: 010\nb: 64500:1\nc: 2026-01-31\nd: yes\ne: ~\nf: 1e3\ng: .5\nh: 0x1f\n",
    "a: &x {b: 1}\nc: *x\nd:\n  <<: *x\n  e: 2\n",
    "a: |\n  text\n  more\nb: >-\n  one\n  two\nc: 'it''s'\nd: \"\\u00e4\\n\"\n",
    "{a: [1, 2, {b: ]}]}\n",
    "a: [1, 2\n",
    "a: 1\na: 2\n",
    "a:\n\t- 1\n",
    "a: *nowhere\n",
    "a: !odd 1\n",
    "--- {a: 1}\n--- {b: 2}\n",
    "? [1, 2]\n: 3\n",
    "# only a comment\n",
)


TEXTS = (*(one.read_text("utf-8") for one in FILES), *ODD)


def read(path: Path, loader: type[yaml.SafeLoader], monkeypatch: pytest.MonkeyPatch) -> object:
    """Data and lines, or where it is wrong."""
    monkeypatch.setattr(_document, "_loader", lambda _text: loader)
    try:
        found = _document._read_yaml(path)
    except InputError as error:
        return str(error).partition(" is not valid YAML")[0]
    return found.data, found.lines


def test_libyaml_is_used() -> None:
    for text in ("a: [1]\n", "", '{"a": [' + "1, " * 10_000 + "1]}"):
        assert issubclass(_document._loader(text), yaml.CSafeLoader)
    assert not issubclass(_document._loader("- " * 10_000 + "1"), yaml.CSafeLoader)


@pytest.mark.parametrize("number", range(len(TEXTS)))
def test_both_readers_say_the_same(number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "manrs.yml"
    path.write_text(TEXTS[number], "utf-8")
    assert read(path, _document._Fast, monkeypatch) == read(path, _document._Loader, monkeypatch)


@pytest.mark.parametrize("text", ("[" * 60_000 + "]" * 60_000, "- " * 60_000 + "a", "]" * 60_000 + "[" * 60_000, "{a: " * 60_000))
def test_a_text_that_is_too_deep_is_an_error_and_no_crash(text: str, tmp_path: Path) -> None:
    for whole in (f"a: '{']' * 60_000}'\nb: {text}\n", text, f"{{}} {text}", f"[]\n{text}"):
        (tmp_path / "manrs.yml").write_text(whole)
        with pytest.raises(InputError, match=r"manrs\.yml.*is not valid YAML"):
            load_intent(tmp_path / "manrs.yml")
