"""What a fragment makes of a configuration, against routers whose configuration before and after is known."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from manrs_conformance.analysis.same import same
from manrs_conformance.errors import MergeError
from manrs_conformance.platforms import load_merge, load_push
from manrs_conformance.push.meaning import differences

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "wire"))
from fragments import Small, change, smalls, whole
from manrs_wire import conf

PLATFORMS = ("ios", "eos", "nxos", "iosxr")
UNIT = Path(__file__).parents[1] / "unit" / "platforms"
REAL = {
    f"{name}/{one.parent.name}": one.read_text(encoding="utf-8")
    for name in PLATFORMS
    for one in sorted((UNIT / name).glob("*/running.conf"))
}
REFUSED = {
    "ios/peer_groups": "from its group",
    "ios/unread": "BGP runs as AS",
    "ios/vrfs": "knows no neighbour",
    "eos/functions": "control functions are not merged",
    "eos/hidden_functions": "control functions are not merged",
    "eos/leaf": "BGP runs as AS",
    "eos/vrfs": "control functions are not merged",
    "nxos/flow": "what the line makes of that is not known",
    "nxos/templates": "inherits from a template",
    "iosxr/cut_references": "which is not defined",
}
"""Texts that the router itself would refuse as a fragment, or that hold what is not merged, and why."""
slow = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def told_apart(platform: str, one: str, two: str) -> tuple[str, ...]:
    """What two configurations mean differently."""
    before, after = (load_merge(platform).parse(text, {}) for text in (one, two))
    out = list(differences(before, after))
    if not same(dict(before.policies), {name: after.policies.get(name) for name in before.policies}):
        out.append("policies")
    for kind in ("prefix_lists", "as_path_lists", "community_lists", "other_lists"):
        tables = (
            [{(one.name, getattr(one, "afi", ""), one.kind): one for one in getattr(router, kind)} for router in (before, after)]
            if kind != "as_path_lists"
            else [{one.name: one for one in getattr(router, kind)} for router in (before, after)]
        )
        if not same(*tables):
            out.append(kind)
    doubts = [sorted((one.text, one.state, str(one.taints)) for one in router.unread) for router in (before, after)]
    return (*out, *(["unread lines"] if doubts[0] != doubts[1] else []))


@pytest.mark.parametrize("name", REAL)
def test_an_empty_fragment_changes_nothing(name: str) -> None:
    """What the fragment does not speak of stays as it is, and a configuration that was there means the same."""
    platform, text = name.partition("/")[0], REAL[name]
    merged = load_merge(platform).merge(text, "")
    assert told_apart(platform, text, merged) == ()
    assert load_merge(platform).merge(merged, "") == merged


@pytest.mark.parametrize("name", REAL)
def test_a_configuration_onto_nothing_and_onto_itself_means_what_it_means(name: str) -> None:
    """running + running means what running means, and so does nothing + running."""
    platform, text = name.partition("/")[0], REAL[name]
    for base in ("", text):
        try:
            merged = load_merge(platform).merge(base, text)
        except MergeError as error:
            assert REFUSED[name] in str(error)
        else:
            assert told_apart(platform, text, merged) == ()


@pytest.mark.parametrize("name", sorted(REAL.keys() - REFUSED.keys()))
def test_a_configuration_in_pieces_is_the_configuration(name: str) -> None:
    """Block by block leads to the same as all at once."""
    platform, text = name.partition("/")[0], REAL[name]
    merge = load_merge(platform).merge
    pieces: list[list[str]] = [[]]
    for line in text.splitlines():
        if (
            line.startswith(("router ", "route-map ", "interface ", "ip access-list ", "route-policy "))
            and len(pieces[-1]) > 15
            and pieces[-1][-1] in ("", "!")
        ):
            pieces.append([])
        if line != "end":
            pieces[-1].append(line)
    done = ""
    for piece in pieces:
        done = merge(done, "\n".join(piece) + "\n")
    whole_text = merge("", "\n".join(line for piece in pieces for line in piece) + "\n")
    assert told_apart(platform, whole_text, done) == ()


def torn(platform: str, seed: int) -> tuple[str, str]:
    """A configuration, perhaps in disorder, and lines of others, cut, shuffled and negated."""
    chance = random.Random(seed)
    texts = [text for name, text in REAL.items() if name.startswith(f"{platform}/")]
    running = chance.choice(texts).splitlines()
    if chance.random() < 0.2:
        chance.shuffle(running)
    pool = [line for text in chance.sample(texts, 3) for line in text.splitlines()]
    start = chance.randrange(len(pool))
    lines = pool[start : start + 25] if chance.random() < 0.5 else chance.sample(pool, 20)
    odd = [
        "exit",
        "!",
        "no",
        "default",
        "interface",
        "router bgp",
        "neighbor",
        "ip access-list",
        "no route-map",
        "no neighbor",
        "seq",
        "10",
    ]
    for at, line in enumerate(lines):
        words = line.split()
        kept = words[: chance.randrange(len(words) + 1)]
        lines[at] = chance.choice(
            [line, line, line, f"no {line.strip()}", f"default {line.strip()}", " ".join(kept), chance.choice(odd)]
        )
    return "\n".join(running) + "\n", "\n".join(lines) + "\n"


@pytest.mark.parametrize("platform", PLATFORMS)
def test_any_text_is_merged_or_refused(platform: str) -> None:
    """Nothing but MergeError comes of a fragment, and it names a line."""
    merge = load_merge(platform).merge
    for seed in range(60):
        running, fragment = torn(platform, seed)
        try:
            merge(running, fragment)
        except MergeError as error:
            assert "line " in str(error) or "which is not defined" in str(error)


@pytest.mark.parametrize("platform", PLATFORMS)
@slow
@given(old=smalls(), new=smalls())
def test_a_fragment_leads_to_the_router_that_it_was_made_for(platform: str, old: Small, new: Small) -> None:
    """old + change(old, new) means new, and the change back leads back."""
    merge = load_merge(platform).merge
    there = merge(whole(platform, old), change(platform, old, new))
    assert told_apart(platform, whole(platform, new), there) == ()
    back = merge(there, change(platform, new, old))
    assert told_apart(platform, whole(platform, old), back) == ()


@pytest.mark.parametrize("platform", PLATFORMS)
@slow
@given(old=smalls(), new=smalls())
def test_the_wire_server_merges_alike(platform: str, old: Small, new: Small) -> None:
    """The merge of the servers that stand for the devices is another one, by other rules of reading: both come to the same."""
    fragment = change(platform, old, new)
    assume(fragment.strip())
    base = whole(platform, old)
    mine, theirs = load_merge(platform).merge(base, fragment), conf.merge(base, fragment, platform)
    assert told_apart(platform, mine, theirs) == ()


@pytest.mark.parametrize("platform", PLATFORMS)
@slow
@given(old=smalls(), new=smalls())
def test_lines_that_a_fragment_does_not_own_stay(platform: str, old: Small, new: Small) -> None:
    """Statements beside those of the fragment are all there afterwards."""
    extra = "snmp-server location here\n"
    merged = load_merge(platform).merge(extra + whole(platform, old), change(platform, old, new))
    assert merged.startswith(extra)
    for line in whole(platform, old).splitlines():
        if line.strip() == "description keep" or line.startswith(("hostname", "interface")):
            assert line in merged.splitlines()
    assert merged.count("description keep") == len(old.faces)


@pytest.mark.parametrize("platform", ["ios", "eos", "iosxr"])
@slow
@given(old=smalls(), new=smalls())
def test_what_the_device_shows_means_what_was_merged(platform: str, old: Small, new: Small) -> None:
    """The difference that the servers show, as the drivers give it, read back."""
    base, fragment = whole(platform, old), change(platform, old, new)
    if platform == "ios":
        lines = conf.commands(base, fragment, platform)
        diff = "\n".join(f"{'-' if line.strip().startswith('no ') else '+'}{line}" for line in lines)
    else:
        base = conf.merge(base, "", platform)
        diff = conf.diff(base, conf.merge(base, fragment, platform)).strip()
    text = load_push(platform).after(base, diff)
    assert text is not None
    assert told_apart(platform, load_merge(platform).merge(base, fragment), text) == ()
