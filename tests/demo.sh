#!/bin/bash
# The main job, from nothing: install, boot real routers, audit them, verify and replay the evidence, push, audit again, tear down.
# Usage, as root: bash tests/demo.sh [--no-push]      What it writes lies in evidence/demo-TIME/.
. "$(dirname "$0")/setup.sh"
push=yes
[ "${1:-}" != --no-push ] || push=no

need_root
step "System packages"
system_packages
step "Python packages, by hash"
environments tests/requirements/run.txt
export PATH=$root/.venv/bin:$PATH
one_at_a_time

out=$root/evidence/demo-$(date -u +%Y%m%dT%H%M%SZ)
mkdir -p "$out"
temporary=$(mktemp -d)
lab() { PYTHONPATH=tests/lab python -m manrs_lab "$@" 9>&-; }
tear_down() { lab down; rm -rf "$temporary"; }
trap tear_down EXIT
trap 'exit 130' INT TERM
collection "$temporary"
export ANSIBLE_COLLECTIONS_PATH=$temporary ANSIBLE_LOCALHOST_WARNING=False ANSIBLE_INVENTORY_UNPARSED_WARNING=False
export ANSIBLE_CALLBACK_RESULT_FORMAT=yaml ANSIBLE_CALLBACKS_ENABLED=routesec.manrs.conformance

# A playbook: all of its output in a file, the conformance summary and the recap here; everything when it fails.
play() {
    local log=$1
    shift
    echo "\$ ansible-playbook -i inventory/lab/hosts.yml $*   (everything: ${log#"$root"/})"
    ansible-playbook -i inventory/lab/hosts.yml "$@" > "$log" 2>&1 9>&- || { cat "$log"; return 1; }
    awk '/^MANRS CONFORMANCE|^PLAY RECAP/ { show = 1 } /^$/ { show = 0 } show' "$log"
}

step "Lab: two FRR routers of one network, their neighbours, RPKI caches"
lab up
echo "edge1 is configured the way too many networks are, edge2 the way MANRS asks (tests/lab/README.md)"

step "The lab's routing registry, a real IRRd: what a customer may announce, by bgpq4; the intent names the as-set and the server"
bgpq4 -h 10.99.1.18 -S LAB -4 -l CUST43211 AS43211:AS-ALL
bgpq4 -h 10.99.1.18 -S LAB -6 -l CUST43211 AS43211:AS-ALL

step "A demo key that signs; its public half reaches the auditor by another way than the bundle"
ssh-keygen -q -t ed25519 -N '' -C demo -f "$out/key"
echo "demo@example.net namespaces=\"manrs-evidence@routesec.manrs\" $(cut -d' ' -f1-2 "$out/key.pub")" > "$out/allowed_signers"
cat "$out/allowed_signers"

# Every action and requirement of a bundle: its verdict, how many files prove it, and why.
rows() {
    python - "$1" << 'PYTHON'
import json, sys
judged = json.load(open(f"{sys.argv[1]}/data/requirements.json", encoding="utf-8"))
for one in judged["actions"]:
    print(f"{one['action']:3} {one['title']:22} {one['verdict']:13} {one['because'][:100]}")
    for row in (row for row in judged["requirements"] if row["action"] == one["action"]):
        print(f"    {row['requirement']:7} {row['verdict']:14} {len(row['evidence'])} files  {row['because'][:96]}")
print(len(judged["requirements"]), "requirements, each with a verdict and its evidence")
PYTHON
}

# The requirements of a bundle that are not met, one a line; nothing when there is none.
unmet() {
    python - "$1" << 'PYTHON'
import json, sys
judged = json.load(open(f"{sys.argv[1]}/data/requirements.json", encoding="utf-8"))
for row in judged["requirements"]:
    if row["verdict"] == "not_met":
        print(f"    {row['requirement']:7} {row['because'][:140]}")
PYTHON
}

audit() {
    local run=$out/$1 follow=()
    [ -z "${2:-}" ] || follow=(-e manrs_previous="$out/$2/bundle")
    step "Audit with Ansible, read-only login: $1"
    play "$out/$1.log" playbooks/audit.yml -e manrs_hosts=edges -e manrs_run_dir="$run" -e manrs_bundle="$run/bundle" -e manrs_key="$out/key" "${follow[@]}"
    step "What an auditor does with that bundle: stock tools, then the tool, then everything again from the bundle alone"
    (
        cd "$run/bundle"
        sha256sum --strict --quiet -c tagmanifest-sha256.txt
        sha256sum --strict --quiet -c manifest-sha256.txt
        echo "sha256sum: $(wc -l < manifest-sha256.txt) files are as the manifest says"
        ssh-keygen -Y verify -f "$out/allowed_signers" -I demo@example.net -n manrs-evidence@routesec.manrs \
            -s tagmanifest-sha256.txt.sig < tagmanifest-sha256.txt
    )
    manrs bundle verify "$run/bundle" --allowed-signers "$out/allowed_signers"
    manrs bundle replay "$run/bundle" --allowed-signers "$out/allowed_signers"
    if grep -rl CANARY- "$run/bundle" "$out/$1.log"; then echo "a secret of the routers is in the evidence"; return 1; fi
    echo "no password of the routers is in the bundle or the log"
    step "Actions 1 to 4, row by row: $1"
    rows "$run/bundle"
}

audit before

step "One finding, replayed at the prompt: a stub customer announces somebody else's prefix"
lab vtysh edge1 'show running-config' > "$temporary/edge1.frr.cfg"
explained=0
manrs explain "$temporary/edge1.frr.cfg" --platform frr --neighbor 45.10.15.10 --prefix 45.200.0.0/16 --as-path 43213 --rpki invalid || explained=$?
[ "$explained" = 0 ] || exit "$explained"
lab inject stub1 45.200.0.0/16
sleep 2
lab vtysh edge1 'show bgp ipv4 unicast 45.200.0.0/16' | grep -A2 '^  43213' || { echo "the router did not accept it"; exit 1; }
echo "... and the router did accept it"
lab withdraw stub1 45.200.0.0/16

if [ "$push" = yes ]; then
    change=(playbooks/push.yml -e manrs_hosts=edge1 -e lab_login=push -e manrs_change_id=DEMO-1)
    step "What would a push change on edge1? (check mode)"
    play "$out/push-check.log" "${change[@]}" -e manrs_run_dir="$out/push-check" --check --diff
    echo "the difference is in the log"
    step "Push to edge1: gate, timed commit, live verification, confirmation"
    play "$out/push.log" "${change[@]}" -e manrs_run_dir="$out/push"
    step "What a push leaves to the operator: source filters at the border and towards a customer with other uplinks (design: never pushed)"
    # `- 'interface ...'` in the list of what was left alone
    grep -oE "interface [a-z0-9]+: SAV-[0-9]+: [a-z ]+" "$out/push.log" | sort -u
    lab spoof cust 198.18.0.1 --edge edge1 --to prov || { echo "the packet with the forged source was to pass"; exit 1; }
    echo "... a packet that the customer forged leaves by edge1 to the provider. The operator loads a border filter on edge1 by hand:"
    lab border edge1
    forged=0
    lab spoof cust 198.18.0.1 --edge edge1 --to prov || forged=$?
    [ "$forged" = 1 ] || { echo "the packet with the forged source still leaves"; exit 1; }
    lab spoof cust 45.11.0.1 --edge edge1 --to prov || { echo "the customer's own packets no longer leave"; exit 1; }
    echo "... the forged one is dropped now, and the customer's own still leaves"
    audit after before
    step "What the push changed in the evidence"
    manrs bundle diff "$out/before/bundle" "$out/after/bundle" |
        awk '/^fixed:/ { fixed++ } fixed <= 8 { print } END { if (fixed > 8) print "... and " fixed - 8 " more that are fixed" }'
fi

step "Requirements that were not met on the way: before"
unmet "$out/before/bundle"
if [ "$push" = yes ]; then
    step "... and after the push to edge1 and the border filter that its operator loaded by hand"
    open=$(unmet "$out/after/bundle")
    [ -z "$open" ] || { echo "$open"; exit 1; }
    echo "    none"
fi

step "Done; the evidence is in ${out#"$root"/}"
echo "Read it: manrs bundle show ${out#"$root"/}/before/bundle, or open data/REPORT.html of the bundle in a browser"
