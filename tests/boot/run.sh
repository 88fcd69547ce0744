#!/usr/bin/env bash
# run.sh [EXAMPLES]: our reading of the sysctl.d folders against the real systemd-sysctl of three Debian suites.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

[ "$(id -u)" = 0 ] || skip "running systemd-sysctl in a chroot needs root"
use_venv newest
PYTHONPATH=$(collection_tree) BOOT_EXAMPLES=${1:-200} "$VENV/bin/python" -m pytest -s "$ROOT/tests/boot"
