"""Parsers never raise and account for every line, whatever the text; merging never raises; what a bundle keeps of a text means what the text meant.

`MANRS_EXAMPLES=N` multiplies the number of examples for a campaign.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from manrs_conformance.errors import MergeError
from manrs_conformance.platforms import load, load_merge, names

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "unit" / "platforms")]
from corpus import CORPORA, ODD, damaged, mangled  # noqa: E402
from invariants import accounted, rekept, same_results  # noqa: E402

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


FEW_BUT_ALL = settings(FEW, max_examples=12 * TIMES)


@EVERY
@FEW_BUT_ALL
@given(st.data())
def test_what_a_bundle_keeps_of_a_damaged_configuration_means_the_same(platform: str, data: st.DataObject) -> None:
    """The kept text is read as the model of the whole one, or is known not to be; and it shows no secret that the whole one is known to hold."""
    corpus = CORPORA[platform]
    texts = [one for one in corpus.texts if len(one) < 20_000]
    broken = damaged(texts[data.draw(st.integers(0, len(texts) - 1))], corpus, data)
    before, held, after = rekept(platform, broken)
    assert not any(value in line for value in held.secrets for line in held.device.lines)
    if not held.differs:
        same_results(before, after, held)


@pytest.mark.parametrize("platform", names())
def test_what_a_bundle_keeps_of_damage_at_random_is_nearly_always_the_same(platform: str) -> None:
    """A fixed hundred of damaged texts: at most one in twenty is marked as not replayable, and none is different without a mark."""
    marked = 0
    corpus = CORPORA[platform]
    texts = sorted((one for one in corpus.texts if len(one) < 20_000), key=len)[:6]
    for seed in range(60 * TIMES):
        random = Random(f"{platform} {seed}")
        before, held, after = rekept(platform, mangled(random.choice(texts), corpus, random))
        marked += bool(held.differs)
        if not held.differs:
            same_results(before, after, held)
    assert marked <= 3 * TIMES
