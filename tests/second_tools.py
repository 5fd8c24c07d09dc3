"""The part of tests/second_tools.sh that speaks Python: OSCAL, CycloneDX, in-toto and JUnit by other people's models, and axe-core in Chromium."""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from in_toto_attestation.v1.resource_descriptor import ResourceDescriptor
from in_toto_attestation.v1.statement import Statement
from junitparser import JUnitXml
from trestle.oscal.assessment_plan import AssessmentPlan
from trestle.oscal.assessment_results import AssessmentResults
from trestle.oscal.catalog import Catalog
from trestle.oscal.profile import Profile

MODELS = {"catalog": Catalog, "profile": Profile, "assessment-plan": AssessmentPlan, "assessment-results": AssessmentResults}
CHROMIUM = [
    "chromium",
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--virtual-time-budget=120000",
]
ASK = """axe.run(document, {resultTypes: ['violations']}).then(found => {
  const out = document.createElement('pre'); out.id = 'axe-answer';
  out.textContent = JSON.stringify(found.violations.map(one => [one.id, one.impact, one.nodes[0].html.slice(0, 200)]));
  document.body.appendChild(out); })"""


def axe(page: str, script: str, width: int) -> list[object]:
    """What axe-core finds wrong with a page at a width; the page's own policy forbids scripts and is taken out for this."""
    page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    safe = script.replace("</script", "<\\/script")
    page = page.replace("</body>", f"<script>{safe}</script><script>{ASK}</script></body>")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "page.html")
        file.write_text(page, encoding="utf-8")
        words = [*CHROMIUM, f"--user-data-dir={folder}/profile", f"--window-size={width},1000", "--dump-dom", f"file://{file}"]
        shown = subprocess.run(words, capture_output=True, text=True, timeout=300, check=False).stdout
    found = re.search(r'<pre id="axe-answer">(.*?)</pre>', shown, re.S)
    if not found:
        raise SystemExit("axe-core gave no answer")
    return list(json.loads(html.unescape(found[1])))


def main() -> int:
    """Check a bundle; 1 when anything is wrong."""
    bundle, work = Path(sys.argv[1]), Path(sys.argv[2])
    export = bundle / "data/export"
    for name, model in MODELS.items():
        if model.oscal_read(export / f"oscal/{name}.json") is None:
            raise SystemExit(f"compliance-trestle cannot read {name}")
    print("compliance-trestle: catalog, profile, assessment plan and assessment results are valid")
    wrong = JsonStrictValidator(SchemaVersion.V1_5).validate_str((bundle / "data/tool/sbom.cdx.json").read_text())
    if wrong:
        raise SystemExit(f"CycloneDX: {wrong}")
    print("cyclonedx-python-lib: the bill of materials is valid, strictly")
    statement = json.loads((export / "test-result.intoto.json").read_text())
    held = Statement(
        [ResourceDescriptor(name=one["name"], digest=one["digest"]).pb for one in statement["subject"]],
        statement["predicateType"],
        statement["predicate"],
    )
    held.validate()
    print(f"in-toto-attestation: the statement is valid, {len(statement['subject'])} subjects")
    suites = JUnitXml.fromfile(str(export / "junit.xml"))
    print(f"junitparser: {len(list(suites))} suites, {sum(len(list(one)) for one in suites)} cases")
    page = (bundle / "data/REPORT.html").read_text(encoding="utf-8")
    script = (work / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
    bad = [one for width in (1300, 390) for one in axe(page, script, width)]
    print(f"axe-core at 1300 and 390 pixels: {len(bad)} violations" + "".join(f"\n  {one}" for one in bad))
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
