#!/usr/bin/env bash
# real.sh: publish, import, install and verify on a real Galaxy server.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
source "$ROOT/tests/galaxy/lib.sh"

need_sandbox
work=$(mktemp -d)
# The database runs as a user of its own.
chmod 711 "$work"
trap 'bash "$ROOT/tests/galaxy/pulp.sh" stop "$work/server"; rm -r "$work"' EXIT
bash "$ROOT/tests/galaxy/pulp.sh" start "$work/server" >"$work/variables"
mapfile -t server <"$work/variables"
use_venv newest
PATH=$VENV/bin:$PATH "$ROOT/tools/build.sh" "$work"
say "publishing; the server imports it as Galaxy does (1 min)"
env "${server[@]}" "$VENV/bin/ansible-galaxy" collection publish "$work"/*.tar.gz
for core in oldest newest; do
  attempt newcomer "$core" "${server[@]}"
done
end_of_attempts
