#!/usr/bin/env bash
# bench.sh [--fleet | --hosts "N N"] [OPTION...]: what a run costs beside the other ways to set kernel parameters, on 1 and 20 ssh hosts,
# with --fleet on 50 and 200. The options are those of bench/bench.py. With --quick it takes some 10 minutes on two quiet cores, and the
# fleet 20; without it twice as long.
# bench.sh --scale N: what forks, the strategy free and batches change on N hosts.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
fleet() { bash "$ROOT/tests/fleet/fleet.sh" "$@"; }

hosts="1 20" page=bench.py
case ${1:-} in
  --fleet) hosts="50 200"; shift ;;
  --hosts) hosts=$2; shift 2 ;;
  --scale) hosts=$2 page=scale.py; shift 2 ;;
esac
read -ra hosts <<<"$hosts"

need sysctl procps
use_venv newest
# The user's own settings would be measured as well; and who runs a role again has its plugins compiled.
unset "${!ANSIBLE_@}" "${!PYTHON@}"
ANSIBLE_COLLECTIONS_PATH=$(collection_tree)
ANSIBLE_COLLECTIONS_PATH+=:$(bash "$ROOT/tests/collections.sh")
export ANSIBLE_COLLECTIONS_PATH
bash "$ROOT/tests/fleet/test.sh"

dir=$(mktemp -d)
trap 'fleet down "$dir"' EXIT
fleet up "$(printf '%s\n' "${hosts[@]}" | sort -n | tail -n 1)" "$dir"
export ANSIBLE_CONFIG=$dir/ansible.cfg ANSIBLE_HOME=$dir/home PATH=$VENV/bin:$PATH
touch "$ANSIBLE_CONFIG"
fleet net "$dir" python "$ROOT/tests/bench/$page" "$dir" "$ROOT/playbooks" "${hosts[@]}" "$@"
