"""Configurations of the platforms' cases, and ways to damage them.

A platform's `salad.json` beside its cases adds what its syntax is sensitive to: `words`, `tails` (pieces put behind a line), `starts`
(put before each line), `blocks` (pairs of lines that stand around words) and `keys` of its JSON outputs.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from hypothesis import strategies as st
from manrs_conformance.platforms import names

CASES = Path(__file__).parents[1] / "unit" / "platforms"
HOW = ("delete", "repeat", "cut", "word", "less", "swap", "junk", "flat", "deep", "no", "join", "tail")
ODD = (
    "",
    "^C",
    "no",
    "!manrs-redacted",
    "!manrs-redacted unsupported policy IN set",
    "seq",
    "999999999999999999999",
    "1" * 5_000,
    "٣",
    "\x00",
    "@",
)


@dataclass(slots=True)
class Corpus:
    """What the tests of one platform draw from."""

    texts: list[str]
    words: list[str]
    lines: list[str]
    tails: list[str] = field(default_factory=lambda: [" zz"])
    starts: list[str] = field(default_factory=lambda: [""])
    blocks: list[list[str]] = field(default_factory=lambda: [["", ""]])
    keys: list[str] = field(default_factory=lambda: ["a"])


def gathered(platform: str) -> Corpus:
    """The corpus of a platform."""
    texts = [one.read_text(encoding="utf-8") for one in sorted((CASES / platform).glob("*/running.conf"))]
    own = CASES / platform / "salad.json"
    more = json.loads(own.read_text(encoding="utf-8")) if own.exists() else {}
    words = {word for text in texts for word in text.split()} | set(more.pop("words", ()))
    return Corpus(texts, sorted(words), sorted({line for text in texts for line in text.splitlines()}), **more)


CORPORA = {name: gathered(name) for name in names()}


def damaged(text: str, corpus: Corpus, data: st.DataObject) -> str:
    """The text with lines deleted, repeated, cut, garbled, swapped, joined or indented otherwise."""
    lines = text.splitlines()
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(lines) - 1))
        _damage(lines, at, data.draw(st.sampled_from(HOW)), corpus, data)
    return "\n".join(lines)


MARKS = "abcxyz {};!#<>[]()\"'/*-0123456789.:^$"
ENDS = (
    "{",
    "}",
    "};",
    "endif",
    "end-policy",
    "end-set",
    "exit",
    "!",
    "exit-address-family",
    "address-family ipv4",
    "]",
    "*/",
    "/*",
)


def mangled(text: str, corpus: Corpus, random: Random) -> str:
    """The text with lines deleted, doubled, cut, exchanged or made up, and ends of blocks where there are none."""
    lines = text.splitlines()
    for _ in range(random.randint(1, 8)):
        at, other = random.randrange(len(lines)), random.randrange(len(lines))
        words = lines[at].split(" ")
        match random.randrange(8):
            case 0 if len(lines) > 1:
                del lines[at]
            case 1:
                lines.insert(other, lines[at])
            case 2:
                lines[at] = lines[at][: random.randint(0, len(lines[at]))]
            case 3:
                words[random.randrange(len(words))] = random.choice([*corpus.words, *ODD])
                lines[at] = " ".join(words)
            case 4:
                lines[at], lines[other] = lines[other], lines[at]
            case 5:
                lines[at] = "".join(random.choice(MARKS) for _ in range(random.randint(0, 30)))
            case 6:
                lines.insert(at, random.choice(ENDS))
            case _:
                lines.insert(at, " " * random.randint(0, 3) + " ".join(random.choice(corpus.words) for _ in range(3)))
    return "\n".join(lines)


def _damage(lines: list[str], at: int, how: str, corpus: Corpus, data: st.DataObject) -> None:
    words = lines[at].split(" ")
    match how:
        case "delete" if len(lines) > 1:
            del lines[at]
        case "repeat":
            lines.insert(data.draw(st.integers(0, len(lines))), lines[at])
        case "cut":
            lines[at] = lines[at][: data.draw(st.integers(0, len(lines[at])))]
        case "word":
            words[data.draw(st.integers(0, len(words) - 1))] = data.draw(st.sampled_from([*corpus.words, *ODD]))
            lines[at] = " ".join(words)
        case "less":
            del words[data.draw(st.integers(0, len(words) - 1))]
            lines[at] = " ".join(words)
        case "swap":
            other = data.draw(st.integers(0, len(lines) - 1))
            lines[at], lines[other] = lines[other], lines[at]
        case "junk":
            lines[at] = data.draw(st.text(max_size=30))
        case "flat":
            lines[at] = lines[at].strip()
        case "deep":
            lines[at] = "   " + lines[at]
        case "no":
            lines[at] = f"no {lines[at].strip()}"
        case "join" if at + 1 < len(lines):
            lines[at] += " " + lines.pop(at + 1)
        case "tail":
            lines[at] += data.draw(st.sampled_from(corpus.tails))
