"""Tamper campaign: thousands of changes to a signed bundle, each of which `verify` must notice; a stopped campaign goes on where it was.

Usage: python tests/campaigns/tamper.py [--count 10000] [--seed 64500] [--state FILE] [--stock-every 10]
Prints what was noticed by kind, and which kinds the stock commands of VERIFY.txt cannot see.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "plugins/plugin_utils"), str(ROOT / "tests/unit")]

from evidence import mutations  # noqa: E402
from evidence.conftest import PRINCIPAL, allow, load_sample, write_key  # noqa: E402
from manrs_conformance.evidence import NAMESPACE, bag, build, verify  # noqa: E402

OXUM = "find data -type f -printf '%s\\n' | awk '{ b += $1; n++ } END { printf \"%d.%d\\n\", b, n }'"
STOCK = f"""cd "$1" && sha256sum --strict --quiet -c {bag.TAGS} && sha256sum --strict --quiet -c {bag.PAYLOAD} &&
[ "Payload-Oxum: $({OXUM})" = "$(grep Payload-Oxum bag-info.txt)" ] &&
[ -z "$(find . ! -type f ! -type d -o -type d -empty)" ] &&
! ls -A | grep -qvE '^(data|bagit.txt|bag-info.txt|VERIFY.txt|tsa-chain.pem|manifest-sha256.txt|{bag.TAGS}(.sig.*)?)$' &&
ssh-keygen -Y verify -f "$2" -I {PRINCIPAL} -n {NAMESPACE} -s {bag.SIGNATURE} < {bag.TAGS}"""


def stock_accepts(path: Path, allowed: Path) -> bool:
    """Whether the four steps of VERIFY.txt find nothing wrong."""
    return subprocess.run(["bash", "-c", STOCK, "x", str(path), str(allowed)], capture_output=True, check=False).returncode == 0


def main() -> int:
    """Run, or go on; 1 when a change was not noticed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=64500)
    parser.add_argument("--state", type=Path, default=Path("tests/output/tamper.json"))
    parser.add_argument("--stock-every", type=int, default=10)
    asked = parser.parse_args()
    state = {"seed": asked.seed, "next": 0, "missed": [], "by_kind": {}, "stock_seen": {}, "stock_missed": {}}
    if asked.state.is_file():
        held = json.loads(asked.state.read_text())
        state = held if held["seed"] == asked.seed else state
    counts = {name: Counter(state[name]) for name in ("by_kind", "stock_seen", "stock_missed")}
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        sample, signer = load_sample(), write_key(base / "key")
        allowed = allow(base / "allowed", signer)
        source = build(base / "one", **sample.inputs(), signer=signer).path
        run = replace(sample.RUN, run_id="00000000-0000-4000-8000-000000000009", as_of="2026-01-05T00:00:00Z")
        changed = sample.report(as_of=run.as_of, findings=sample.findings()[::-1])
        other = build(base / "two", **sample.inputs(run=run, report=changed), signer=signer).path
        assert verify(source, allowed_signers=allowed, principal=PRINCIPAL).ok and stock_accepts(source, allowed)
        for number in range(state["next"], asked.count):
            work = base / "work"
            kind = mutations.one(number, asked.seed, source, other, work / "bundle")
            report = verify(work / "bundle", allowed_signers=allowed, principal=PRINCIPAL)
            counts["by_kind"][kind] += 1
            if report.ok or report.signer is not None:
                state["missed"].append([number, kind])
            if number // len(mutations.MUTATIONS) % asked.stock_every == 0:
                counts["stock_missed" if stock_accepts(work / "bundle", allowed) else "stock_seen"][kind] += 1
            shutil.rmtree(work)
            state["next"] = number + 1
            if number % 500 == 499 or number + 1 == asked.count:
                asked.state.parent.mkdir(parents=True, exist_ok=True)
                asked.state.write_text(json.dumps(state | counts, indent=1, sort_keys=True))
                print(f"{number + 1} mutations, {len(state['missed'])} missed, {time.monotonic() - began:.0f} s", flush=True)
        assert verify(source, allowed_signers=allowed, principal=PRINCIPAL).ok, "the source was changed"
    for kind, count in sorted(counts["by_kind"].items()):
        seen, unseen = counts["stock_seen"][kind], counts["stock_missed"][kind]
        noticed = count - sum(1 for _number, name in state["missed"] if name == kind)
        print(f"{kind:18} {noticed:6} of {count} noticed by verify; {seen} of {seen + unseen} tried by the stock commands")
    print(f"missed: {state['missed'] or 'none'}")
    return bool(state["missed"])


if __name__ == "__main__":
    sys.exit(main())
