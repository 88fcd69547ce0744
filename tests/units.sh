#!/usr/bin/env bash
# units.sh [CORE...]: the unit tests on these ansible-cores (2.17, oldest ...). Without any: on the oldest and newest, and before them the code that
# runs on the hosts on their oldest Python.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

PYTHONPATH=$(collection_tree)
export PYTHONPATH PYTHONDONTWRITEBYTECODE=1
cd "$ROOT"

suite() {
  use_venv "$1"
  "$VENV/bin/python" -c 'import platform as p, sys; print(f"==> units on Python {p.python_version()},", *sys.argv[1:])' "$1"
  PATH=$VENV/bin:$PATH "$VENV/bin/pytest" "${@:2}"
}

# ansible-core 2.16 sends its own module_utils to hosts with Python 3.6, so the tests there use the same files.
on_the_oldest_hosts() {
  local lender
  use_venv oldest
  lender=$VENV
  use_venv target
  ln -sfn "$lender"/lib/python3*/site-packages/ansible "$VENV"/lib/python3.6/site-packages/ansible
  suite target tests/unit/plugins/module_utils tests/unit/plugins/modules
}

if [ $# = 0 ]; then
  attempt on_the_oldest_hosts
  set -- oldest newest
fi
for core in "$@"; do
  attempt suite "$core"
done
end_of_attempts
