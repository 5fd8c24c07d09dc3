#!/bin/bash
# The execution environment and sliced jobs, with ansible-builder and ansible-runner in an environment of their own below tests/output/awx (by
# hash: tests/requirements/awx.txt). Usage: bash tests/awx.sh; an image is built too when podman or docker works here. Not part of CI.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD work=$PWD/tests/output/awx python=${PYTHON:-python3}
export PIP_DISABLE_PIP_VERSION_CHECK=1
mkdir -p "$work"
list=tests/requirements/awx.txt mark=$(sha256sum tests/requirements/awx.txt)
if [ "$(cat "$work/venv/.made-from" 2> /dev/null)" != "$mark" ]; then
    "$python" -m venv --clear "$work/venv"
    "$work/venv/bin/pip" install -q --require-hashes -r "$list"
    echo "$mark" > "$work/venv/.made-from"
fi
export PATH=$work/venv/bin:$PATH
rm -rf "$work/source" "$work/context" "$work/collections" "$work/runner"
mkdir -p "$work/source"
git ls-files -z | tar --null --ignore-failed-read -T - -cf - 2> /dev/null | tar -xf - -C "$work/source"
cd "$work/source"
ansible-galaxy collection build --output-path dist > /dev/null
ansible-builder create --context "$work/context" --output-filename Containerfile > "$work/create.log"
tail -1 "$work/create.log"
ansible-galaxy collection install dist/*.tar.gz -p "$work/collections" > /dev/null 2>&1
ansible-builder introspect "$work/collections" --sanitize > "$work/introspect.yml" 2>&1
cd "$root"
"$work/venv/bin/python" tests/awx.py "$work"
for engine in podman docker; do
    if command -v "$engine" > /dev/null && "$engine" info > /dev/null 2>&1; then
        (cd "$work/source" && ansible-builder build --container-runtime "$engine" --tag routesec-manrs-ee --context "$work/context")
        "$engine" run --rm routesec-manrs-ee ansible-doc routesec.manrs.audit > /dev/null
        echo "image: built with $engine, and it knows the collection"
        exit 0
    fi
done
echo "image: NOT BUILT, no container engine works here"
