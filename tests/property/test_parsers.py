"""Parsers never raise and account for every line, whatever the text; merging never raises; a redacted text means what the text meant.

`MANRS_EXAMPLES=N` multiplies the number of examples for a campaign.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from manrs_conformance.errors import MergeError
from manrs_conformance.platforms import load, load_merge, names

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "unit" / "platforms")]
from corpus import CORPORA, ODD, damaged  # noqa: E402
from invariants import accounted, reread, same_meaning  # noqa: E402

TIMES = int(os.environ.get("MANRS_EXAMPLES", "1"))
FEW = settings(max_examples=15 * TIMES, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
MANY = settings(FEW, max_examples=40 * TIMES)
EVERY = pytest.mark.parametrize("platform", names())


@EVERY
@FEW
@given(st.data())
def test_damaged_configurations(platform: str, data: st.DataObject) -> None:
    """Lines of real configurations deleted, moved or garbled; merged both ways where a platform can merge."""
    corpus = CORPORA[platform]
    text = corpus.texts[data.draw(st.integers(0, len(corpus.texts) - 1))]
    broken = damaged(text, corpus, data)
    accounted(platform, broken)
    found = load_merge(platform)
    for running, candidate in ((text, broken), (broken, text)):
        with suppress(MergeError):
            found.merge(running, candidate)


@EVERY
@MANY
@given(st.data())
def test_any_words(platform: str, data: st.DataObject) -> None:
    """Any sequence of known words, at the top and in blocks."""
    corpus = CORPORA[platform]
    lines = data.draw(st.lists(st.lists(st.sampled_from([*corpus.words, *ODD]), max_size=8).map(" ".join), max_size=25))
    start, (head, tail) = data.draw(st.sampled_from(corpus.starts)), data.draw(st.sampled_from(corpus.blocks))
    inside = [f"   {one}" if head else one for one in lines]
    accounted(platform, "\n".join([*head.splitlines(), *(start + one for one in inside), *tail.splitlines()]))
    found = load_merge(platform)
    with suppress(MergeError):
        found.merge("\n".join(lines), "\n".join(reversed(lines)))


@EVERY
@MANY
@given(st.data())
def test_any_lines(platform: str, data: st.DataObject) -> None:
    """Any sequence of known lines, in blocks where they do not belong."""
    accounted(platform, "\n".join(data.draw(st.lists(st.sampled_from(CORPORA[platform].lines), max_size=60))))


@EVERY
@MANY
@given(st.data(), st.text(max_size=300))
def test_any_text_and_state(platform: str, data: st.DataObject, text: str) -> None:
    """Any text and any outputs."""
    keys = st.sampled_from(sorted(load(platform).commands.state))
    accounted(platform, text, data.draw(st.dictionaries(keys, st.text(max_size=80))))


@EVERY
@MANY
@given(st.data())
def test_any_json_state(platform: str, data: st.DataObject) -> None:
    """Any JSON as any output."""
    names_ = st.sampled_from(CORPORA[platform].keys)
    leaves = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
    value = st.recursive(leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names_, inner), max_leaves=15)
    key = data.draw(st.sampled_from(sorted(load(platform).commands.state)))
    accounted(platform, min(CORPORA[platform].texts, key=len), {key: json.dumps(data.draw(value))})


REPLAYED = ("eos", "frr")
WORDS = ["zz", "7", "in", "permit", "no", "192.0.2.9", "any", "route-map", "interface", "193.0.0.0/24", "ip", "seq", "neighbor"]
KEPT = ("!", "banner", "comment", "code", "action")
"""Heads of lines that are no statements, or that open a text."""


@pytest.mark.parametrize("platform", REPLAYED)
@FEW
@given(st.data())
def test_damaged_configurations_mean_the_same_when_redacted(platform: str, data: st.DataObject) -> None:
    """What a bundle keeps of a damaged configuration means what the whole meant."""
    texts = CORPORA[platform].texts
    text = texts[data.draw(st.integers(0, len(texts) - 1))]
    lines = text.splitlines()
    # A word that becomes a secret is scrubbed wherever it stands: such lines stay as they are.
    guarded = {one.line for one in load(platform).parse(text, {}).secrets}
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(lines) - 1))
        words = lines[at].split(" ")
        if at + 1 in guarded or not lines[at].strip() or lines[at].lstrip().startswith(KEPT):
            continue
        # A block that opens inside one that no check reads stands alone once that one is taken out.
        fitting = [one for one in WORDS if one != "interface" or words[0]]
        words[data.draw(st.integers(0, len(words) - 1))] = data.draw(st.sampled_from(fitting))
        lines[at] = " ".join(words)
    before, after, _ = reread(platform, "\n".join(lines))
    same_meaning(before, after)
