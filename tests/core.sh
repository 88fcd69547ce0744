#!/usr/bin/env bash
# core.sh CORE: the unit tests and ansible-test sanity on this ansible-core.
set -euo pipefail
bash "$(dirname "$0")/units.sh" "$1"
bash "$(dirname "$0")/gates.sh" "sanity_$1"
