#!/bin/sh
# Every gate, in the order of cost. Usage: tests/gates.sh [GATE...]; without names all of them run.
# BIN is the folder of the tools (default: the first python on PATH); CACHE keeps what may be used again.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
BIN=${BIN:-$(dirname "$(command -v python3)")}
CACHE=${CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/manrs-gates}
PATH=$BIN:$PATH
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT INT TERM
copy=$tmp/ansible_collections/routesec/manrs
wanted=" $* "
failed=

gate() {
    name=$1
    shift
    [ "$wanted" = "  " ] || case $wanted in *" $name "*) ;; *) return 0 ;; esac
    start=$(date +%s)
    if "$@" > "$tmp/$name.log" 2>&1; then result=ok; else result=FAILED failed="$failed $name"; fi
    printf '%-20s %-6s %4ds\n' "$name" "$result" "$(($(date +%s) - start))"
    [ "$result" = ok ] || sed 's/^/    /' "$tmp/$name.log"
}

in_root() { (cd "$root" && "$@"); }
in_copy() { (cd "$copy" && ANSIBLE_COLLECTIONS_PATH=$tmp "$@"); }

imports() { in_root env PYTHONPATH=plugins/plugin_utils:plugins/nornir:plugins/napalm lint-imports --no-cache; }

# ansible-test wants a git checkout that lies in ansible_collections, and pip without its download site.
sanity() {
    mkdir -p "$HOME/.ansible/test/cache"
    stub=$HOME/.ansible/test/cache/get_pip_24_2.py
    [ -e "$stub" ] || printf '%s\n' 'import ensurepip' 'def main(): ensurepip.bootstrap(upgrade=True)' \
        'if __name__ == "__main__": main()' > "$stub"
    version=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    real=$(python3 -c 'import sys; print(sys.base_prefix)')/bin
    # The engine is no Ansible code: it needs jsonschema, rich and click, which the import test cannot install; its asserts narrow types for mypy; and
    # ruff and mypy strict judge it. What Ansible loads is judged by all of ansible-test.
    mkdir -p "$copy/tests/sanity"
    (cd "$copy" && {
        find plugins/action plugins/plugin_utils -name '*.py' | sed "s/\$/ import-$version!skip/"
        find plugins/plugin_utils plugins/napalm -name '*.py' | sed 's/$/ no-assert!skip/'
        find plugins/plugin_utils plugins/napalm plugins/nornir tests -name '*.py' | sed 'h;s/$/ pylint!skip/;p;g;s/$/ pep8!skip/'
        grep -rl --include='*.py' urlopen plugins/plugin_utils | sed 's/$/ replace-urlopen!skip/'
        { find .ci tests -type f -name '*.sh'; find .ci -type f ! -name '*.*'; ls plugins/napalm/napalm_frr/agent.py; } | sed 's/$/ shebang!skip/'
    }) | sort > "$copy/tests/sanity/ignore-$(ansible --version | sed -n '1s/.*core \([0-9]*\.[0-9]*\).*/\1/p').txt"
    (cd "$copy" && git init -q . && git add -A && PATH=$BIN:$real:$PATH ansible-test sanity --python "$version" --color no)
}

build() { (cd "$copy" && ansible-galaxy collection build --force --output-path "$tmp/dist"); }

importer() {
    galaxy=$CACHE/galaxy-$(sha256sum < "$root/tests/requirements/galaxy.txt" | cut -c1-12)
    if [ ! -x "$galaxy/bin/galaxy-importer" ] && [ ! -f "$galaxy/done" ]; then
        rm -rf "$galaxy"
        "$(python3 -c 'import sys; print(sys.base_prefix)')/bin/python3" -m venv "$galaxy" || return 1
        "$galaxy/bin/pip" install -q --require-hashes -r "$root/tests/requirements/galaxy.txt" || return 1
        touch "$galaxy/done"
    fi
    [ -d "$tmp/dist" ] || build || return 1
    printf '[galaxy-importer]\nRUN_ANSIBLE_TEST=False\nCHECK_REQUIRED_TAGS=False\n' > "$tmp/importer.cfg"
    (cd "$tmp" && PATH=$galaxy/bin:$PATH GALAXY_IMPORTER_CONFIG=$tmp/importer.cfg "$galaxy/bin/python" -m galaxy_importer.main "$tmp"/dist/*.tar.gz)
}

mkdir -p "$copy"
(cd "$root" && git ls-files -z --cached | tar --null --ignore-failed-read -T - -cf - 2> /dev/null | tar -xf - -C "$copy")

gate ruff-check in_root ruff check .
gate ruff-format in_root ruff format --check .
gate mypy in_root mypy
gate lint-imports imports
gate yamllint in_copy yamllint --strict .
gate antsibull-docs in_copy antsibull-docs lint-collection-docs --plugin-docs --skip-rstcheck .
gate ansible-lint in_copy ansible-lint --offline --profile production
gate build build
gate galaxy-importer importer
gate sanity sanity

[ -z "$failed" ] || { echo "failed:$failed"; exit 1; }
