#!/usr/bin/env bash
# mitogen.sh: an audit of this machine by Mitogen's strategy has the same result as one by Ansible's own.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need jq jq
use_venv mitogen
ANSIBLE_COLLECTIONS_PATH=$(collection_tree)
ANSIBLE_STRATEGY_PLUGINS=$("$VENV/bin/python" -c 'import ansible_mitogen, os; print(os.path.dirname(ansible_mitogen.__file__))')/plugins/strategy
export ANSIBLE_COLLECTIONS_PATH ANSIBLE_STRATEGY_PLUGINS

work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
printf 'itself ansible_connection=local ansible_become=false ansible_python_interpreter="{{ ansible_playbook_python }}"\n' >"$work/hosts"
cd "$work"
for strategy in linear mitogen_linear; do
  ANSIBLE_STRATEGY=$strategy "$VENV/bin/ansible-playbook" -i hosts -e photon_hardening_report_dir="$strategy" photon.hardening.audit
  jq -e '.outcome == "done" and (.parameters | length > 0)' "$strategy/itself.json" >/dev/null || die "$strategy: no result"
  # Not the live values: counters move between the two.
  jq '[.outcome, .summary, (.parameters[] | del(.before, .after))]' "$strategy/itself.json" >"$strategy.json"
done
diff linear.json mitogen_linear.json || die "Mitogen's result is another"
