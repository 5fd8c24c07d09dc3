# Sourced by tests/demo.sh and tests/run.sh: what a bare Debian or Ubuntu needs, and nothing twice.
# Gives: root (the checkout), need_root, system_packages, environments REQUIREMENTS, irrd_environment, collection DIR, one_at_a_time.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
export HOME=${HOME:-/root} LC_ALL=C.UTF-8 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
export PATH=$PATH:/usr/sbin:/sbin

PACKAGES=(frr frr-pythontools frr-rpki-rtrlib bird2 stayrtr openssh-server openssh-client openssl iproute2 nftables sudo iputils-ping git bgpq4 rtr-tools
    postgresql redis-server python3-venv python3-datrie python3-radix)

die() { echo "$(basename "$0"): $*" >&2; exit 3; }
step() { printf '\n== %s (%ss)\n' "$*" "$SECONDS"; }
installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2> /dev/null)" = installed ]; }

need_root() {
    [ "$(id -u)" = 0 ] || die "the lab makes network namespaces: run it as root"
    command -v apt-get > /dev/null || die "this needs Debian or Ubuntu (apt-get)"
}

# The first Python of at least 3.11 that can make virtual environments.
find_python() {
    local one
    for one in python3.11 python3 python3.12 python3.13; do
        "$one" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' > /dev/null 2>&1 && { command -v "$one"; return; }
    done
    return 1
}

# Installs what is missing. No daemon is started, now or at the next boot: the lab starts its own, in namespaces.
system_packages() {
    local missing=() one policy=/usr/sbin/policy-rc.d
    for one in "${PACKAGES[@]}"; do installed "$one" || missing+=("$one"); done
    find_python > /dev/null || missing+=(python3 python3-venv)
    if [ ${#missing[@]} -gt 0 ]; then
        echo "apt-get install ${missing[*]}"
        local made=
        [ -e "$policy" ] || { printf '#!/bin/sh\nexit 101\n' > "$policy"; chmod 755 "$policy"; made=1; }
        DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::Retries=3 update > /dev/null &&
            DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install ca-certificates "${missing[@]}" > /dev/null ||
            { [ -z "$made" ] || rm -f "$policy"; die "apt-get could not install: ${missing[*]}"; }
        [ -z "$made" ] || rm -f "$policy"
        if [ -d /run/systemd/system ]; then
            for one in "${missing[@]}"; do
                case $one in
                    frr | stayrtr | nftables) systemctl disable --quiet "$one" || true ;;
                    bird2) systemctl disable --quiet bird || true ;;
                    openssh-server) systemctl disable --quiet ssh || true ;;
                    postgresql | redis-server) systemctl disable --quiet "$one" || true ;;
                esac
            done
        fi
    fi
    find_python > /dev/null || die "no Python of at least 3.11 here; Debian 12 and Ubuntu 24.04 have one"
}

# A virtual environment with exactly the packages of a hash-checked list, made again only when the list changed.
venv() {
    local dir=$1 list=$2 mark
    mark=$(sha256sum "$list" pyproject.toml galaxy.yml | sha256sum | cut -c1-64)
    if [ "$(cat "$dir/.made-from" 2> /dev/null)" != "$mark" ]; then
        [ -x "$dir/bin/python" ] || "$(find_python)" -m venv "$dir"
        "$dir/bin/pip" install -qq --require-hashes -r "$list"
        "$dir/bin/pip" install -qq --no-deps --no-build-isolation -e .
        echo "$mark" > "$dir/.made-from"
    fi
}

# IRRd, the lab's routing registry, in an environment of its own and with Debian's Python: an unprivileged user has to read it, and two of its
# libraries, which the package site has as C source only, come from Debian too.
irrd_environment() {
    local dir=.venv-irrd list=tests/requirements/irrd.txt mark
    mark=$(sha256sum "$list" | cut -c1-64)
    [ "$(cat "$dir/.made-from" 2> /dev/null)" != "$mark" ] || return 0
    /usr/bin/python3 -m venv --clear --system-site-packages "$dir" &&
        "$dir/bin/pip" install -qq --no-deps --require-hashes -r "$list" &&
        "$dir/bin/python" -c 'import datrie, radix' &&
        echo "$mark" > "$dir/.made-from"
}

# The environment of what runs (a hash-checked list) and, at the same time, that of the registry.
environments() {
    irrd_environment &
    local registry=$!
    venv .venv "$1"
    wait "$registry" || die "IRRd could not be installed"
}

# A folder in which Ansible finds this checkout as routesec.manrs.
collection() {
    mkdir -p "$1/ansible_collections/routesec"
    ln -sfn "$root" "$1/ansible_collections/routesec/manrs"
}

# A lab has a name: two runs of the same script would take each other's routers away.
one_at_a_time() {
    mkdir -p /run/lock
    exec 9> "/run/lock/manrs-$(basename "$0" .sh).lock"
    flock -n 9 || die "another run of it is under way on this machine"
}
