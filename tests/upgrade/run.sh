#!/usr/bin/env bash
# run.sh [PYTEST-ARGUMENT...]: the playbook photon_upgrade.yml against a player of recordings of the real photon-upgrade.sh, over ssh.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
fleet() { bash "$ROOT/tests/fleet/fleet.sh" "$@"; }

# This checkout as a collection, with a stand-in for the module tdnf.
make_tree() {
  mkdir -p "$dir/tree/ansible_collections/photon/hardening"
  cp -r "$ROOT"/{galaxy.yml,meta,playbooks,plugins,roles} "$dir/tree/ansible_collections/photon/hardening/"
  cp "$ROOT/tests/upgrade/tdnf.py" "$dir/tree/ansible_collections/photon/hardening/plugins/modules/tdnf.py"
}

# Not below /tmp: the hosts have a /tmp of their own, and this checkout may be there.
dir=$(mktemp -d -p /var/tmp)
trap 'fleet down "$dir"' EXIT
fleet up 2 "$dir"
for number in 1 2; do fleet enter "$dir" "$number" bash "$ROOT/tests/upgrade/prepare.sh" "$dir"; done
cp -r "$ROOT"/tests/upgrade/{player.py,recordings} "$dir/"
make_tree
use_venv "${UPGRADE_VENV:-newest}"
UPGRADE_DIR=$dir PATH=$VENV/bin:$PATH "$VENV/bin/pytest" --durations=0 --durations-min=1 -v "$ROOT/tests/upgrade" "$@"
