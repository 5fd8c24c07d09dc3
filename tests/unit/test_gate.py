"""The gate: what a change brings or worsens blocks it; what was there before does not, unless the change may hide in it."""

from __future__ import annotations

import hashlib
import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from manrs_conformance import api, cli, gate, platforms
from manrs_conformance.api.fragments import brought
from manrs_conformance.errors import InputError, MergeError, SelfTestError, UsageError
from manrs_conformance.model.snapshot import Snapshot

INTENT = """\
version: 1
organisation: {name: Example Net}
asns: [64496]
prefixes: [192.0.2.0/24]
neighbours:
  - {select: {address: 198.51.100.2}, relationship: peer}
  - {select: {address: 198.51.100.6}, relationship: customer, as_set: "AS64501:AS-ALL"}
"""
BASE = """\
frr version 8.4.4
hostname edge1
router bgp 64496
 neighbor 198.51.100.2 remote-as 64502
 neighbor 198.51.100.6 remote-as 64501
 address-family ipv4 unicast
  neighbor 198.51.100.2 route-map PEER-IN in
  neighbor 198.51.100.2 route-map NONE out
  neighbor 198.51.100.6 prefix-list CUST in
  neighbor 198.51.100.6 route-map NONE out
 exit-address-family
exit
ip prefix-list CUST seq 5 permit 203.0.113.0/24
ip prefix-list PEER seq 5 permit 45.0.0.0/8 le 24
route-map PEER-IN permit 10
 match ip address prefix-list PEER
exit
route-map NONE deny 10
exit
"""


@pytest.fixture
def inputs(tmp_path: Path) -> api.Inputs:
    """An intent whose customer depends on a registry that nobody asked."""
    (tmp_path / "manrs.yml").write_text(INTENT)
    (tmp_path / "sources").mkdir()
    return api.Inputs.read(tmp_path / "manrs.yml", None, tmp_path / "sources", "2026-11-25T06:00:00Z")


def judged(inputs: api.Inputs, before: str, after: str, **more: bool) -> gate.GateReport:
    sides = ([Snapshot("edge1", "frr", text)] for text in (before, after))
    return api.gate_inputs(*sides, inputs, **more)[0]


def test_no_change_passes_though_the_base_holds_doubts(inputs: api.Inputs) -> None:
    report = judged(inputs, BASE, BASE)
    assert (report.verdict, report.new, report.unsure, report.changes, report.doubts) == ("pass", (), (), (), ())
    assert judged(inputs, BASE, BASE, strict=True).verdict == "fail"


def test_a_line_more_above_a_filter_is_no_change(inputs: api.Inputs) -> None:
    odd = BASE.replace("route-map NONE deny 10", " match odd thing\nexit\nroute-map NONE deny 10")
    report = judged(inputs, odd, odd.replace("ip prefix-list CUST", "!\n!\nip prefix-list CUST"))
    assert (report.verdict, report.changes, report.doubts) == ("pass", (), ())


def test_a_wider_filter_is_blocked_where_only_a_missing_registry_could_judge_it(inputs: api.Inputs) -> None:
    wider = BASE.replace("permit 203.0.113.0/24", "permit 203.0.113.0/24 le 25")
    report = judged(inputs, BASE, wider)
    assert report.verdict != "pass"
    assert "CUS-03" in {one.check for one in report.unsure}


def test_a_narrower_filter_does_not_touch_old_doubts(inputs: api.Inputs) -> None:
    narrow = BASE.replace("permit 45.0.0.0/8 le 24", "permit 45.0.0.0/8 le 23")
    report = judged(inputs, BASE, narrow)
    assert report.verdict == "pass"
    assert [one.newly_rejected[0].route.prefix[-3:] for one in report.changes] == ["/24"]


def test_a_filter_that_cannot_be_followed_is_inconclusive_when_it_changes(inputs: api.Inputs) -> None:
    odd = BASE.replace("match ip address prefix-list PEER", "match ip address prefix-list PEER\n match odd thing")
    report = judged(inputs, odd, odd.replace("permit 45.0.0.0/8 le 24", "permit 45.0.0.0/8 le 23"))
    assert report.verdict == "inconclusive"
    assert report.doubts


def test_nothing_to_compare_is_never_green(inputs: api.Inputs) -> None:
    empty = api.gate_inputs([], [], inputs)[0]
    assert empty.verdict == "inconclusive"
    assert "no configuration of a device" in api.gate_text(empty)
    bare = "frr version 8.4.4\nhostname edge1\nrouter bgp 64496\nexit\n"
    assert judged(inputs, bare, bare).verdict == "inconclusive"
    assert "has a BGP session" in api.gate_text(judged(inputs, bare, bare))


def test_what_weighs_most_is_told_first(inputs: api.Inputs) -> None:
    told = [line.split()[1] for line in api.gate_text(judged(inputs, BASE, WIDE)).splitlines() if line.startswith("NEW")]
    weights = {one.check: one.severity for one in judged(inputs, BASE, WIDE).new}
    order = list(type(next(iter(weights.values()))))
    assert len({weights[one] for one in told}) > 1
    assert [order.index(weights[one]) for one in told] == sorted(order.index(weights[one]) for one in told)


WIDE = BASE.replace("permit 203.0.113.0/24", "permit 203.0.113.0/24\nip prefix-list CUST seq 6 permit 10.0.0.0/8")


def test_more_of_a_known_fail_is_worse_and_the_rest_of_it_is_known(inputs: api.Inputs) -> None:
    report = judged(inputs, WIDE, WIDE.replace("permit 10.0.0.0/8", "permit 10.0.0.0/8 le 9"))
    worse = {one.check: one for one in report.new}
    assert "BOG-01" in worse, "10.0.0.0/9 is a bogon that did not pass before"
    assert "worse than before: 10." in worse["BOG-01"].message
    assert worse["BOG-01"].witnesses[0].route.prefix.endswith("/9")
    less = judged(inputs, WIDE.replace("permit 10.0.0.0/8", "permit 10.0.0.0/8 le 9"), WIDE)
    assert "BOG-01" not in {one.check for one in less.new}


def test_the_difference_is_counted(inputs: api.Inputs) -> None:
    """Pairs of network and length: 10.0.0.0/8 le 10 are 1 + 2 + 4 of them."""
    wide = BASE.replace("permit 203.0.113.0/24", "permit 203.0.113.0/24\nip prefix-list CUST seq 6 permit 10.0.0.0/8 le 10")
    report = judged(inputs, BASE, wide)
    change = next(one for one in report.changes if one.direction == "import")
    assert (dict(change.prefixes), change.exact) == ({"accepted": 7, "rejected": 0, "changed": 0}, True)
    back = next(one for one in judged(inputs, wide, BASE).changes if one.direction == "import")
    assert dict(back.prefixes) == {"accepted": 0, "rejected": 7, "changed": 0}
    assert "now accepts 7 prefixes, such as 10.0.0.0/8" in api.gate_text(report)
    assert "now accepts 7 prefixes, such as 10.0.0.0/8" in api.gate_markdown(report)
    assert "path [64501], RPKI unverified; before: reject at line 9, now: accept at line 9, 14" in api.gate_text(report)
    data = json.loads(json.dumps(api.gate_json(report)))
    assert [one["prefixes"]["accepted"] for one in data["changes"] if one["direction"] == "import"] == [7]
    marked = BASE.replace(" match ip address prefix-list PEER\n", " match ip address prefix-list PEER\n set local-preference 50\n")
    change = judged(inputs, BASE, marked).changes[0]
    assert dict(change.prefixes) == {"accepted": 0, "rejected": 0, "changed": 2**17 - 1}, "45.0.0.0/8 le 24"


def test_the_difference_shows_one_route_on_both_sides(inputs: api.Inputs) -> None:
    change = next(one for one in judged(inputs, BASE, WIDE).changes if one.direction == "import")
    shown = change.newly_accepted[0]
    assert shown.route.prefix == "10.0.0.0/8"
    assert (shown.before.verdict, shown.after.verdict) == ("reject", "accept")
    assert 14 in {one.line for one in shown.after.trace}, "the entry that lets it through is named"
    back = next(one for one in judged(inputs, WIDE, BASE).changes if one.direction == "import")
    assert [one.route.prefix for one in back.newly_rejected] == [one.route.prefix for one in change.newly_accepted], (
        "a mirror image"
    )


ROUTES = "\n".join(f"ip prefix-list BIG seq {n} permit 45.{n}.0.0/16" for n in range(1, 41))
BLOCKED = {
    "detached": (lambda t: t.replace("  neighbor 198.51.100.6 prefix-list CUST in\n", ""), "was detached"),
    "deleted": (
        lambda t: t.replace("ip prefix-list CUST seq 5 permit 203.0.113.0/24\n", ""),
        "prefix-list CUST, which does not exist",
    ),
    "emptied": (
        lambda t: t.replace("ip prefix-list CUST seq 5 permit 203.0.113.0/24", "ip prefix-list CUST description none"),
        "CUST became empty",
    ),
    "no limit": (lambda t: t.replace("  neighbor 198.51.100.6 maximum-prefix 20\n", ""), "maximum-prefix was removed"),
    "unread": (lambda t: t.replace("match ip address prefix-list PEER", "match ip addres prefix-list PEER"), "is not understood"),
    "originates": (
        lambda t: t.replace(" exit-address-family", "  network 45.9.0.0/16\n exit-address-family"),
        "outside the declared",
    ),
    "redistributes": (lambda t: t.replace(" exit-address-family", "  redistribute static\n exit-address-family"), "has no filter"),
    "jumps": (lambda t: t.replace(ROUTES, "\n".join(ROUTES.splitlines()[:20])), "BIG jumps: 0 entries come and 20 go of 40"),
}


@pytest.mark.parametrize("case", BLOCKED)
def test_some_changes_block_whatever_the_base_held(inputs: api.Inputs, case: str) -> None:
    base = BASE.replace(
        "  neighbor 198.51.100.6 route-map", "  neighbor 198.51.100.6 maximum-prefix 20\n  neighbor 198.51.100.6 route-map"
    )
    base += ROUTES + "\n"
    edit, words = BLOCKED[case]
    assert edit(base) != base
    report = judged(inputs, base, edit(base))
    assert report.verdict == "fail"
    assert any(words in one for one in report.blocking), report.blocking
    assert judged(inputs, base, base).blocking == ()


def test_invalid_routes_that_were_refused_and_pass_now_block(inputs: api.Inputs) -> None:
    checked = BASE.replace(
        "route-map PEER-IN permit 10", "route-map PEER-IN deny 5\n match rpki invalid\nexit\nroute-map PEER-IN permit 10"
    )
    checked += "rpki\n rpki cache 192.0.2.9 3323 preference 1\nexit\n"
    report = judged(inputs, checked, checked.replace("match rpki invalid", "match rpki notfound"))
    assert any("now accepts RPKI-invalid routes" in one for one in report.blocking), report.blocking


@pytest.fixture
def sides(tmp_path: Path, inputs: api.Inputs) -> Path:
    """A folder with `base` and `candidate`, the second one wider."""
    for name, text in (("base", BASE), ("candidate", WIDE)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "edge1.frr.cfg").write_text(text)
    return tmp_path


def command(sides: Path, *more: str) -> tuple[int, str]:
    args = ["gate", "--base", str(sides / "base"), "--candidate", str(sides / "candidate"), "--intent", str(sides / "manrs.yml")]
    done = CliRunner().invoke(cli._main, [*args, "--sources", str(sides / "sources"), *more], standalone_mode=False)
    assert done.exception is None, done.exception
    return int(done.return_value), done.output


WAIVER = """\
waivers:
  - {id: W-1, check: BOG-01, device: edge1, reason: wanted for a while, owner: a@example.net, approver: b@example.net, expires: "2030-01-01"}
"""


def test_a_change_cannot_waive_itself(sides: Path) -> None:
    (sides / "candidate" / "waivers.yml").write_text(WAIVER)
    code, text = command(sides)
    assert code == 1
    assert "BOG-01" in text
    assert "RULES" in text
    assert "W-1" in text
    with pytest.raises(UsageError, match="candidate side"):
        api.gate_files(
            sides / "base",
            sides / "candidate",
            intent=sides / "manrs.yml",
            waivers=sides / "candidate" / "waivers.yml",
            sources=sides / "sources",
            as_of="2026-11-25T06:00:00Z",
        )


def test_a_waiver_of_the_base_is_taken(sides: Path) -> None:
    for name in ("base", "candidate"):
        (sides / name / "waivers.yml").write_text(WAIVER)
    _code, text = command(sides)
    assert "NEW      BOG-01" not in text
    assert "RULES" not in text


@pytest.mark.parametrize(
    ("waiver", "said"),
    [
        (WAIVER, "WAIVER   W-1 (BOG-01 on edge1) covers 1 until 2030-01-01"),
        (WAIVER.replace("2030", "2026"), "WAIVER   W-1 (BOG-01 on edge1) expired 2026-01-01"),
        (WAIVER.replace("BOG-01", "BOG-04"), "WAIVER   W-1 (BOG-04 on edge1) covers nothing"),
        (WAIVER.replace("edge1", "core*"), ""),
    ],
    ids=["live", "expired", "unused", "elsewhere"],
)
def test_what_waivers_do_is_told(sides: Path, waiver: str, said: str) -> None:
    for name in ("base", "candidate"):
        (sides / name / "waivers.yml").write_text(waiver)
    _code, text = command(sides, "--as-of", "2026-11-25T06:00:00Z")
    assert said in text
    assert ("WAIVER" in text) == bool(said)
    assert ("NEW      BOG-01" in text) == ("covers 1" not in said)


@pytest.mark.parametrize(
    "text", ["waivers: [", WAIVER.replace(', expires: "2030-01-01"', ""), WAIVER.replace("b@example", "a@example")]
)
def test_a_malformed_waiver_stops_the_gate_whatever_the_ticket(sides: Path, text: str) -> None:
    (sides / "base" / "waivers.yml").write_text(text)
    args = ["gate", "--base", str(sides / "base"), "--candidate", str(sides / "candidate"), "--intent", str(sides / "manrs.yml")]
    done = CliRunner().invoke(cli._main, [*args, "--break-glass", "NOC-7"], standalone_mode=False)
    assert isinstance(done.exception, InputError)
    assert "waivers.yml:" in str(done.exception)


def test_the_exports_stand_on_the_lines_of_the_candidate(sides: Path) -> None:
    names = {name: sides / name for name in ("a.sarif", "a.xml", "a.json", "a.md")}
    code, _text = command(
        sides,
        *("--sarif", str(names["a.sarif"]), "--junit", str(names["a.xml"]), "--gitlab", str(names["a.json"])),
        *("--markdown", str(names["a.md"])),
    )
    assert code == 1
    results = json.loads(names["a.sarif"].read_text())["runs"][0]["results"]
    bogon = next(one for one in results if one["ruleId"] == "BOG-01" and one["kind"] == "fail")
    assert bogon["baselineState"] == "new"
    place = bogon["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"].endswith("candidate/edge1.frr.cfg")
    assert "10.0.0.0/8" in WIDE.splitlines()[place["region"]["startLine"] - 1] or place["region"]["startLine"] < 20
    assert {one["baselineState"] for one in results} <= {"new", "unchanged", "absent"}
    assert any(one["location"]["path"].endswith("candidate/edge1.frr.cfg") for one in json.loads(names["a.json"].read_text()))
    assert len(names["a.md"].read_text().splitlines()) <= 40
    assert "<failure" in names["a.xml"].read_text()
    (sides / "base").rename(sides / "good")
    (sides / "candidate").rename(sides / "base")
    (sides / "good").rename(sides / "candidate")
    code, _text = command(sides, "--junit", str(names["a.xml"]), "--gitlab", str(names["a.json"]))
    assert code == 0
    assert json.loads(names["a.json"].read_text()) == [], "what is mended or stood before is not what the change brings"
    assert "<failure" not in names["a.xml"].read_text()
    assert "known before the change" in names["a.xml"].read_text()


def test_an_override_is_on_record_in_the_bundle(sides: Path) -> None:
    code, _text = command(sides, "--break-glass", "NOC-7", "--bundle", str(sides / "bundle"))
    assert code == 0
    answer = json.loads((sides / "bundle" / "data" / "gate.json").read_text())
    assert (answer["verdict"], answer["ticket"]) == ("overridden", "NOC-7")
    assert "NOC-7" in (sides / "bundle" / "data" / "run.json").read_text()
    assert api.verify_bundle(sides / "bundle", None).ok
    assert api.replay_bundle(sides / "bundle")[0] == ()


def test_a_gate_that_misses_the_known_bad_judges_nothing(sides: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    canary = importlib.import_module("manrs_conformance.gate.selftest")
    monkeypatch.setattr(canary, "MUST_FAIL", canary.MUST_FAIL | {"NO-01"})
    with pytest.raises(SelfTestError, match="NO-01"):
        gate.selftest()


def test_a_working_tree_is_judged_against_a_revision(sides: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(sides)
    (sides / "candidate" / "edge1.frr.cfg").write_text(BASE)
    for words in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=a", "-c", "user.email=a@example.net", "commit", "-qm", "before"],
    ):
        subprocess.run(["git", *words], check=True)
    (sides / "candidate" / "edge1.frr.cfg").write_text(WIDE)
    (sides / "manrs.yml").write_text("asns: [1]\n")
    args = ["gate", "--base", "git:HEAD", "--candidate", "candidate", "--intent", "manrs.yml", "--sources", "sources"]
    done = CliRunner().invoke(cli._main, args, standalone_mode=False)
    assert done.exception is None, "the intent of the revision is taken, not the broken one of the working tree"
    assert done.return_value == 1
    assert "BOG-01" in done.output
    wrong = CliRunner().invoke(cli._main, [*args[:2], "git:nowhere", *args[3:]], standalone_mode=False)
    assert isinstance(wrong.exception, InputError)


@pytest.mark.parametrize("leads", [None, "edge1.frr.cfg", "../manrs.yml", "../../outside", "/etc/hostname"])
def test_links_of_a_revision_lead_nowhere_else(sides: Path, leads: str | None, tmp_path: Path) -> None:
    """What git packs is written by our own hands: Python 3.11.2 of Debian 12 has no filter for it."""
    candidate = sides / "candidate"
    if leads:
        (candidate / "link.frr.cfg").symlink_to(leads)
    for words in (["init", "-q"], ["add", "-A"], ["-c", "user.name=a", "-c", "user.email=a@example.net", "commit", "-qm", "x"]):
        subprocess.run(["git", "-C", str(sides), *words], check=True)
    if leads and (leads.startswith("/") or "outside" in leads):
        with (
            pytest.raises(InputError, match=r"candidate/link\.frr\.cfg: leads out of the repository"),
            api.base_side("git:HEAD", candidate, []),
        ):
            pass
        return
    with api.base_side("git:HEAD", candidate, []) as (base, _files):
        assert (base / "edge1.frr.cfg").read_bytes() == (candidate / "edge1.frr.cfg").read_bytes()
        assert sorted(one.name for one in base.iterdir()) == sorted(one.name for one in candidate.iterdir())


WIDER = "! for the customer\nip prefix-list CUST seq 6 permit 10.0.0.0/8\n"


def with_fragment(sides: Path, text: str, *more: str, name: str = "edge1.frr.fragment") -> tuple[int, str]:
    """`manrs gate` of the base and one fragment."""
    (sides / "changes").mkdir(exist_ok=True)
    (sides / "changes" / name).write_text(text)
    args = ["gate", "--base", str(sides / "base"), "--fragment", str(sides / "changes"), "--intent", str(sides / "manrs.yml")]
    done = CliRunner().invoke(cli._main, [*args, "--sources", str(sides / "sources"), *more], standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    return int(done.return_value), done.output


def test_a_fragment_is_judged_as_the_configuration_it_leads_to(sides: Path) -> None:
    _code, whole = command(sides, "--format", "json")
    code, part = with_fragment(sides, WIDER, "--format", "json")
    assert code == 1
    one, two = json.loads(whole), json.loads(part)
    assert {f["fingerprint"] for f in one["new"]} == {f["fingerprint"] for f in two["new"]} != set()
    assert [c["session"] for c in one["changes"]] == [c["session"] for c in two["changes"]]
    assert two["candidate"] == {"edge1": hashlib.sha256(WIDER.encode()).hexdigest()}
    assert two["candidate_sha256"] == hashlib.sha256(f"{two['candidate']['edge1']}  edge1\n".encode()).hexdigest()
    assert with_fragment(sides, "ip prefix-list CUST seq 5 permit 203.0.113.0/24\n")[0] == 0, "said again, and nothing else"


def test_annotations_of_a_fragment_stand_on_its_own_lines(sides: Path) -> None:
    with_fragment(sides, WIDER, "--sarif", str(sides / "a.sarif"), "--gitlab", str(sides / "a.json"), "--merged", str(sides / "m"))
    results = json.loads((sides / "a.sarif").read_text())["runs"][0]["results"]
    places = {one["ruleId"]: one["locations"][0]["physicalLocation"] for one in results if one["kind"] in ("fail", "open")}
    assert places["BOG-01"]["artifactLocation"]["uri"].endswith("changes/edge1.frr.fragment")
    assert places["BOG-01"]["region"]["startLine"] == 2
    merged = next(one for one in places.values() if one["artifactLocation"]["uri"].endswith("m/edge1.frr.cfg"))
    assert merged["region"]["startLine"] <= len((sides / "m" / "edge1.frr.cfg").read_text().splitlines())
    quality = {one["check_name"]: one["location"] for one in json.loads((sides / "a.json").read_text())}
    assert (quality["BOG-01"]["path"].endswith("changes/edge1.frr.fragment"), quality["BOG-01"]["lines"]["begin"]) == (True, 2)
    _code, text = with_fragment(sides, WIDER)
    assert "line 2 of edge1.frr.fragment]" in next(line for line in text.splitlines() if "BOG-01" in line)
    _code, text = with_fragment(sides, "route-map PEER-IN permit 10\n match ip addres prefix-list PEER\n")
    assert "line 2 of edge1.frr.fragment is not understood" in text


def test_a_fragment_needs_a_base_and_a_platform_that_can_load_it(sides: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match=r"holds no configuration of edge9"):
        with_fragment(sides, WIDER, name="edge9.frr.fragment")
    (sides / "changes" / "edge9.frr.fragment").unlink()
    with pytest.raises(UsageError, match=r"a router of frr in the base, not of ios"):
        with_fragment(sides, WIDER, name="edge1.ios.fragment")
    (sides / "changes" / "edge1.ios.fragment").unlink()
    with pytest.raises(UsageError, match=r"edge1: a whole configuration and a fragment"):
        with_fragment(sides, WIDER, "--candidate", str(sides / "candidate"))
    with pytest.raises(UsageError, match="more than one fragment for edge1"):
        with_fragment(sides, WIDER, "--fragment", str(sides / "changes" / "edge1.frr.fragment"))

    class Bare:
        name, comment, commands = "frr", "!", platforms.load("frr").commands
        parse = staticmethod(platforms.load("frr").parse)

    monkeypatch.setattr(importlib.import_module("manrs_conformance.platforms.frr"), "PLATFORM", Bare())
    with pytest.raises(UsageError, match="a fragment for frr cannot be merged"):
        with_fragment(sides, WIDER)


def test_a_line_that_the_router_would_refuse_names_its_file(sides: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: object, running: str, candidate: str) -> str:
        raise MergeError("line 2: the router would refuse it")

    monkeypatch.setattr(type(platforms.load("frr")), "merge", refuse)
    with pytest.raises(MergeError, match=r"changes/edge1.frr.fragment: line 2: the router would refuse it"):
        with_fragment(sides, WIDER)
    monkeypatch.setattr("sys.argv", ["manrs", "gate", *("--base", str(sides / "base")), *("--fragment", str(sides / "changes"))])
    monkeypatch.setattr("sys.argv", [*sys.argv, *("--intent", str(sides / "manrs.yml")), *("--sources", str(sides / "sources"))])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 3


def test_a_number_without_end_is_named_and_not_tried(sides: Path) -> None:
    with pytest.raises(MergeError, match=r"edge1.frr.fragment: line 2 has a number of 5,000 digits"):
        with_fragment(sides, "!\nip prefix-list CUST seq " + "1" * 5_000 + " permit 203.0.113.0/24\n")


def test_devices_that_no_fragment_speaks_of_stay_as_they_are(sides: Path) -> None:
    (sides / "base" / "edge2.frr.cfg").write_text(BASE.replace("edge1", "edge2"))
    _code, text = with_fragment(sides, WIDER, "--format", "json")
    assert not any("missing" in one for one in json.loads(text)["blocking"])
    assert {one["device"] for one in json.loads(text)["changes"]} == {"edge1"}
    (sides / "candidate" / "edge1.frr.cfg").rename(sides / "candidate" / "edge2.frr.cfg")
    _code, text = with_fragment(sides, WIDER, "--candidate", str(sides / "candidate"), "--format", "json")
    assert {one["device"] for one in json.loads(text)["changes"]} == {"edge1", "edge2"}
    assert "edge2: the device is missing" in " ".join(
        command(sides, "--candidate", str(sides / "base" / "edge1.frr.cfg"))[1].split()
    )


LINES = {
    "flat": ("ip prefix-list A permit 45.0.0.0/8\n", "ip prefix-list A seq 5 permit 45.0.0.0/8\n", {1: 1}),
    "block": (
        "router bgp 1\n neighbor 192.0.2.1 remote-as 2\n",
        "router bgp 1\n neighbor 192.0.2.9 remote-as 3\n neighbor 192.0.2.1 remote-as 2\n",
        {3: 2},
    ),
    "set": (
        "set policy-options prefix-list A 45.0.0.0/8\n",
        "policy-options {\n    prefix-list A {\n        45.0.0.0/8;\n    }\n}\n",
        {3: 1},
    ),
    "same words elsewhere": (
        "route-map B permit 10\n match as-path X\n",
        "route-map A permit 10\n match as-path X\nroute-map B permit 10\n match as-path X\n",
        {3: 1, 4: 2},
    ),
}


@pytest.mark.parametrize("case", LINES)
def test_the_lines_that_a_fragment_brought(case: str) -> None:
    fragment, after, wanted = LINES[case]
    running = "router bgp 1\n neighbor 192.0.2.9 remote-as 3\nroute-map A permit 10\n match as-path X\n"
    assert brought(running, fragment, after) == wanted


def test_a_known_fail_under_another_name_is_known(inputs: api.Inputs) -> None:
    renamed = WIDE.replace("CUST", "AS64501-IN").replace("PEER-IN", "FROM-PEER")
    report = judged(inputs, WIDE, renamed)
    assert (report.verdict, report.new, report.changes, report.doubts, report.fixed) == ("pass", (), (), (), ())
    assert report.known == judged(inputs, WIDE, WIDE).known > 0
    both = judged(inputs, WIDE, renamed.replace("permit 10.0.0.0/8", "permit 10.0.0.0/8 le 9"))
    assert "BOG-01" in {one.check for one in both.new}, "renamed and wider at once"
    assert judged(inputs, WIDE, renamed, strict=True).verdict == "fail"
