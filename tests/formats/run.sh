#!/usr/bin/env bash
# run.sh [PYTEST_ARGUMENT...]: every format of a report is read by the code of those that it is for.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

need jq jq
use_venv formats
NODE_PATH=$(node_modules "$ROOT/tests/formats")
PYTHONPATH=$(collection_tree)
export PYTHONPATH PYTHONDONTWRITEBYTECODE=1 NODE_PATH
cd "$ROOT"
PATH=$VENV/bin:$PATH "$VENV/bin/pytest" tests/formats "$@"
