#!/bin/bash
# Exports and report of a bundle before tools that others made, each in an environment of its own below tests/output/second-tools:
# compliance-trestle (OSCAL), cyclonedx-python-lib (bill of materials), in-toto-attestation, junitparser (JUnit), Microsoft's SARIF multitool,
# html-validate, the Nu Html Checker (with Java) and axe-core in headless Chromium. The published schemas are in tests/unit/evidence.
# Usage: bash tests/second_tools.sh [BUNDLE]; without one, the sample of the unit tests is built. Needs npm and Chromium; not part of CI.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD work=$PWD/tests/output/second-tools python=${PYTHON:-python3}
[ -n "${PYTHON:-}" ] || [ ! -x .venv/bin/python ] || python=$root/.venv/bin/python
export PIP_DISABLE_PIP_VERSION_CHECK=1
mkdir -p "$work"
list=tests/requirements/second.txt mark=$(sha256sum < tests/requirements/second.txt)
if [ "$(cat "$work/venv/.made-from" 2> /dev/null)" != "$mark" ]; then
    "$python" -m venv --clear "$work/venv"
    "$work/venv/bin/pip" install -q --require-hashes -r "$list" 2> /dev/null
    echo "$mark" > "$work/venv/.made-from"
fi
if [ ! -d "$work/node_modules/vnu-jar" ]; then
    (cd "$work" && npm init -y > /dev/null && npm install --silent --no-audit --no-fund \
        axe-core@4.14.1 @microsoft/sarif-multitool-linux@5.7.0 html-validate@10.17.0 vnu-jar@26.9.27)
fi
bundle=${1:-}
if [ -z "$bundle" ]; then
    bundle=$work/bundle
    rm -rf "$bundle"
    "$python" -c 'import rich, yaml' 2> /dev/null || { echo "$python lacks the packages of tests/requirements/run.txt: run bash tests/demo.sh once" >&2; exit 2; }
    PYTHONPATH=plugins/plugin_utils "$python" tests/unit/evidence/sample.py "$bundle" > /dev/null
fi
bundle=$(realpath "$bundle")
"$work/venv/bin/python" tests/second_tools.py "$bundle" "$work"
"$work/node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool" validate "$bundle/data/export/results.sarif" > "$work/sarif.log" 2>&1 || true
grep -q 'Analysis completed successfully' "$work/sarif.log" || { cat "$work/sarif.log"; exit 1; }
! grep ': error ' "$work/sarif.log" || exit 1
echo "SARIF multitool: no errors, $(grep -c ': warning ' "$work/sarif.log" || true) warnings"
echo '{"root": true, "extends": ["html-validate:standard"], "rules": {"no-inline-style": "off", "long-title": "off"}}' > "$work/.htmlvalidate.json"
(cd "$work" && cp "$bundle/data/REPORT.html" report.html && npx --no-install html-validate report.html)
echo "html-validate: no errors"
if command -v java > /dev/null; then
    java -jar "$work/node_modules/vnu-jar/build/dist/vnu.jar" "$work/report.html"
    echo "Nu Html Checker: no errors and no warnings"
else
    echo "Nu Html Checker: NOT RUN, there is no Java"
fi
cd "$root"
