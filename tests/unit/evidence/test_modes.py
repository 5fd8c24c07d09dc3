"""Blocks: one copy of what routers share, the same configuration back, and the same results from either form."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from types import ModuleType

import manrs_conformance
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from manrs_conformance import api, cli
from manrs_conformance.api import bundles
from manrs_conformance.errors import BundleError, UsageError
from manrs_conformance.evidence import blocks, build, device_configuration, load_for_replay, verify

from .mutations import reseal

SELFTEST = Path(manrs_conformance.__file__).parent / "data" / "selftest"
LIST = "".join(f"ip prefix-list SHARED seq {5 * n} permit 10.{n}.0.0/16\n" for n in range(40))


@given(st.lists(st.sampled_from([*"abc", " x", "\ty", "ip prefix-list A seq 5", "ip prefix-list B 6", ""]), max_size=200))
def test_blocks_add_up_to_the_text(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert "".join(blocks.cut(text)) == text


@given(
    st.lists(
        st.sampled_from(["a b c d\n", "a b c\n", "a  b c d\n", "a b cd e\n", "a b\n", " x\n", "  x\n", "\ty\n", "\n"]), max_size=60
    )
)
def test_blocks_end_where_the_list_does(lines: list[str]) -> None:
    """Runs of one list by a plain reading: what lies between long runs is one block, each long run another."""

    def name(line: str) -> tuple[str, ...]:
        indent = line[: len(line) - len(line.lstrip(" \t"))]
        return (indent,) if indent else tuple(line.split()[:3])

    runs = [list(run) for _name, run in groupby(lines * 8, name)]
    wanted: list[str] = []
    for long, group in groupby(runs, lambda run: len(run) >= blocks.SHARED):
        texts = ["".join(run) for run in group]
        wanted += texts if long else ["".join(texts)]
    assert blocks.cut("".join(lines * 8)) == wanted


def test_shared_list_is_stored_once() -> None:
    files: dict[str, bytes] = {}
    for name in ("r1", "r2", "r3"):
        files |= blocks.store(f"data/devices/{name}", f"hostname {name}\n{LIST}router bgp 64500\n")
    assert sum(data == LIST.encode() for data in files.values()) == 1
    assert blocks.text("data/devices/r2", files.__contains__, files.__getitem__) == f"hostname r2\n{LIST}router bgp 64500\n"


def test_blocks_hold_the_same_as_full(sample: ModuleType, tmp_path: Path) -> None:
    full = build(tmp_path / "full", **sample.inputs())
    cut = build(tmp_path / "blocks", **sample.inputs(), mode="blocks")
    assert verify(cut.path).ok and not (cut.path / "data/devices/edge1/config.redacted.txt").exists()
    assert load_for_replay(cut.path).snapshots == load_for_replay(full.path).snapshots
    assert (cut.path / "data/results.jsonl").read_bytes() == (full.path / "data/results.jsonl").read_bytes()
    assert device_configuration(cut.path, "edge1") == device_configuration(full.path, "edge1") != ""
    with pytest.raises(BundleError, match="edge9"):
        device_configuration(full.path, "edge9")


@pytest.mark.parametrize("how", ["missing", "extra", "renamed"])
def test_wrong_blocks_are_noticed(sample: ModuleType, tmp_path: Path, how: str) -> None:
    path = build(tmp_path / "blocks", **sample.inputs(), mode="blocks").path
    block = next((path / "data/objects").iterdir())
    if how == "missing":
        block.unlink()
    elif how == "extra":
        (path / "data/objects" / ("0" * 64)).write_text("x")
    else:
        block.write_bytes(block.read_bytes() + b"!\n")
    reseal(path)
    assert any("objects" in one or "line count" in one for one in verify(path).problems)


def test_a_fleet_is_stored_in_blocks_and_replays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles, "FLEET", 1)
    inputs = api.Inputs.read(SELFTEST / "manrs.yml", None, tmp_path, "2026-10-01T00:00:00Z")
    built = api.write_bundle(tmp_path / "b", api.audit_inputs(api.saved([SELFTEST], None), inputs), inputs)
    assert (built.path / "data/objects").is_dir() and api.replay_bundle(built.path)[0] == ()


@pytest.mark.parametrize(
    ("mode", "held"), [("full", "config.redacted.txt"), ("lite", "excerpts.json"), ("blocks", "config.blocks.json")]
)
def test_the_command_writes_the_mode_that_was_asked_for(tmp_path: Path, mode: str, held: str) -> None:
    words = ["audit", str(SELFTEST / "good.frr.cfg"), "--intent", str(SELFTEST / "manrs.yml"), "--sources", str(tmp_path)]
    done = CliRunner().invoke(cli._main, [*words, "--bundle", str(tmp_path / "b"), "--mode", mode], standalone_mode=False)
    assert done.exception is None
    found = {one.name for one in (tmp_path / "b/data/devices/good").iterdir() if one.is_file()}
    assert found == {"meta.json", held}


@pytest.mark.parametrize("idle", [["--mode", "lite"], ["--key", str(SELFTEST / "manrs.yml")], ["--previous", str(SELFTEST)]])
def test_an_option_of_the_bundle_without_a_bundle_is_refused(idle: list[str]) -> None:
    words = ["audit", str(SELFTEST / "good.frr.cfg"), "--intent", str(SELFTEST / "manrs.yml"), *idle]
    done = CliRunner().invoke(cli._main, words, standalone_mode=False)
    assert isinstance(done.exception, UsageError) and idle[0] in str(done.exception)
