# What a newcomer does with an ansible-core, an inventory and a Galaxy server, on a host of his own (tests/sandbox) without a checkout.
# shellcheck shell=bash
set -euo pipefail

die() { printf 'ERROR: %s\n' "$*" >&2; exit 1; }

export HOME=/root/newcomer ANSIBLE_NOCOLOR=true
installed=$HOME/.ansible/collections/ansible_collections/photon/hardening
ours=/etc/sysctl.d/50-security-hardening.conf
mkdir -p "$HOME/work"
cd "$HOME/work"
printf 'sandbox ansible_connection=local ansible_python_interpreter="{{ ansible_playbook_python }}"\n' >hosts

play() { ansible-playbook -i hosts "photon.hardening.$1" </dev/null; }

ansible-galaxy collection install photon.hardening
ansible-galaxy collection verify photon.hardening

rm -rf /etc/sysctl.d/*
play audit | tee audit.txt
grep -q '^sandbox.*: [0-9]* of [0-9]* parameters differ' audit.txt || die "the audit says nothing of the host"
[ -z "$(ls /etc/sysctl.d)" ] || die "the audit has written"
[ -s reports/sandbox.json ] || die "there is no result in the folder in which the audit was typed"

printf '\n' >>"$installed/roles/photon_hardening/defaults/main.yml"
if ansible-galaxy collection verify photon.hardening >verify.txt 2>&1; then die "verify does not notice a changed byte"; fi
grep -q 'roles/photon_hardening/defaults/main.yml' verify.txt || die "verify does not name the changed file: $(cat verify.txt)"

# What Ansible asks of every collection: the code needs nothing beside these four folders.
find "$installed" -mindepth 1 -maxdepth 1 ! -name meta ! -name plugins ! -name roles ! -name playbooks -exec rm -r {} +
play harden
grep -q '^kernel.kptr_restrict = ' "$ours" || die "the host is not hardened"
play report
ansible-playbook photon.hardening.compare -e left=photon3 -e right=centos8 </dev/null >compare.txt
grep -q kernel.kptr_restrict compare.txt || die "nothing is compared: $(cat compare.txt)"
play rollback
[ ! -e "$ours" ] || die "$ours is still there after the rollback"
