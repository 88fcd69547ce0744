#!/usr/bin/env bash
# run.sh [PYTEST_ARGUMENT...]: every format of a report is read by the code of those that it is for.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

# node_modules FOLDER: a ready one with what package.json names.
node_modules() {
  exec 9>"$1.lock"
  flock 9
  [ ! -e "$1/.ready" ] || return 0
  mkdir -p "$1"
  cp "$ROOT/tests/formats/package.json" "$1/"
  patiently "downloading the programs that read our reports into $1, once" \
    npm install --prefix "$1" --silent --no-audit --no-fund --ignore-scripts
  touch "$1/.ready"
}

need node nodejs
need npm npm
need jq jq
use_venv formats
NODE_MODULES=$CACHE/node-formats-$(key "$ROOT/tests/formats/package.json")
node_modules "$NODE_MODULES"
PYTHONPATH=$(collection_tree)
export PYTHONPATH PYTHONDONTWRITEBYTECODE=1 NODE_PATH=$NODE_MODULES/node_modules
cd "$ROOT"
PATH=$VENV/bin:$PATH "$VENV/bin/pytest" tests/formats "$@"
