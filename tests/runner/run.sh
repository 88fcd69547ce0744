#!/usr/bin/env bash
# run.sh [PYTEST_ARGUMENT...]: what an AWX does with this collection, without one: its executor (ansible-runner), its API as it was recorded,
# and its execution environments (ansible-builder). Runs on this machine are audits, which write nothing.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

use_venv runner
tree=$(collection_tree)
ANSIBLE_COLLECTIONS_PATH=$tree:$(bash "$ROOT/tests/collections.sh")
export ANSIBLE_COLLECTIONS_PATH PYTHONPATH=$tree:$ROOT/tests/runner PYTHONDONTWRITEBYTECODE=1
cd "$ROOT"
PATH=$VENV/bin:$PATH "$VENV/bin/pytest" tests/runner "$@"
