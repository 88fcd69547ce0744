#!/usr/bin/env bash
# bench.sh [--quick]: what a run costs beside the other ways to set kernel parameters, on 1 and 20 ssh hosts; --quick takes
# some 8 minutes on two cores, the whole 25.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
fleet() { bash "$ROOT/tests/fleet/fleet.sh" "$@"; }

need sysctl procps
use_venv newest
# The user's own settings would be measured as well; and who runs a role again has its plugins compiled.
unset "${!ANSIBLE_@}" PYTHONDONTWRITEBYTECODE
ANSIBLE_COLLECTIONS_PATH=$(collection_tree)
ANSIBLE_COLLECTIONS_PATH+=:$(bash "$ROOT/tests/collections.sh")
export ANSIBLE_COLLECTIONS_PATH
bash "$ROOT/tests/fleet/test.sh"

dir=$(mktemp -d)
trap 'fleet down "$dir"' EXIT
fleet up 20 "$dir"
export ANSIBLE_CONFIG=$dir/ansible.cfg ANSIBLE_HOME=$dir/home PATH=$VENV/bin:$PATH
touch "$ANSIBLE_CONFIG"
fleet net "$dir" python "$ROOT/tests/bench/bench.py" "$dir" "$ROOT/playbooks" "$@"
