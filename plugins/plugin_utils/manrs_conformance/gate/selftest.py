"""Before each judgement the gate judges a change that is known to be bad: a gate that would let it pass must not judge anything."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from .. import checks, platforms
from ..errors import SelfTestError
from ..model.reference import Reference
from ..sources.bogons import SHIPPED, parse_bogons
from ..sources.intent import load_intent
from .judge import judge
from .model import GateReport, Side

FOLDER = Path(__file__).resolve().parent.parent / "data" / "selftest"
MUST_FAIL = frozenset({"CUS-01", "CUS-03", "BOG-01", "BOG-05", "LEN-01", "DEF-01", "EXP-01", "EXP-02"})
MUST_BLOCK = "maximum-prefix was removed"


def selftest() -> None:
    """Raise SelfTestError when the gate would let the known-bad change pass, or finds fault with no change at all."""
    opened, same = _answers()
    missed = MUST_FAIL - {one.check for one in opened.new}
    if opened.verdict != "fail" or missed or not any(MUST_BLOCK in one for one in opened.blocking):
        what = ", ".join(sorted(missed)) or "a lost limit"
        raise SelfTestError(f"the gate's self-test failed: a known-bad change is not stopped by {what}; nothing was judged")
    if same.verdict != "pass" or same.changes:
        raise SelfTestError(f"the gate's self-test failed: no change at all is {same.verdict}; nothing was judged")


@cache
def _answers() -> tuple[GateReport, GateReport]:
    intent = load_intent(FOLDER / "manrs.yml")
    reference = Reference(parse_bogons(SHIPPED.read_bytes()))
    sides = {}
    for name in ("good", "bad"):
        text = (FOLDER / f"{name}.frr.cfg").read_text(encoding="utf-8")
        routers = {"selftest": platforms.load("frr").parse(text, {})}
        sides[name] = Side(routers, checks.run_all(routers, {"selftest": text.splitlines()}, intent, reference, MUST_FAIL))
    good, bad = sides["good"], sides["bad"]
    return judge(good, bad, intent, reference), judge(good, good, intent, reference)
