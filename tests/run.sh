#!/bin/bash
# Every gate and every test, from nothing: installs, lints, builds, then boots real routers. Usage, as root: bash tests/run.sh
# Anything that is missing or fails makes it fail; a test that is skipped is a failure too. The last line is pytest's own.
. "$(dirname "$0")/setup.sh"

need_root
step "System packages"
system_packages
step "Python packages, by hash"
environments tests/requirements/dev.txt
export PATH=$root/.venv/bin:$PATH PYTHONHASHSEED=0
one_at_a_time

failed=
log=$(mktemp)
trap 'rm -f "$log"' EXIT
step "Gates"
BIN=$root/.venv/bin CACHE=$root/.venv-galaxy sh tests/gates.sh 9>&- || failed="gates"

# Two at a time: most of what talks over a wire waits. What boots routers is measured in milliseconds, so it has the machine to itself.
step "Tests of the engine, and over the wire"
python -m pytest -n 2 --dist loadfile tests/wire tests/unit tests/property tests/integration --hypothesis-seed=20261001 -rs 9>&- |
    tee "$log" || failed="$failed tests"
step "Tests with the lab of real routers"
python -m pytest tests/lab tests/oracle --hypothesis-seed=20261001 -rs 9>&- | tee -a "$log" || failed="$failed lab"
# NAPALM's own suite skips the getters that a driver does not have; nothing else may be skipped.
! grep '^SKIPPED' "$log" | grep -qv 'napalm/base/test/getters.py' || failed="$failed skipped-tests"
[ -z "$failed" ] || { echo "failed: $failed" >&2; exit 1; }
