#!/usr/bin/env bash
# Writes what is made from catalogue.yml: catalogue.json, which the filter reads, and with it the README's tables.
# shellcheck source=tests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../tests/lib.sh"
use_venv newest
"$VENV/bin/python" "$ROOT/tools/catalogue.py"
PYTHONPATH=$(collection_tree) "$VENV/bin/python" "$ROOT/tools/readme.py"
