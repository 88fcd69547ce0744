#!/usr/bin/env bash
# Writes what is made from catalogue.yml and controls.yml: the tables of README.md, docs/benchmarks.md and docs/uses.md.
# shellcheck source=tests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../tests/lib.sh"
use_venv newest
PYTHONPATH=$(collection_tree) "$VENV/bin/python" "$ROOT/tools/readme.py"
