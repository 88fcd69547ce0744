#!/usr/bin/env bash
# run.sh: the tarball from a Galaxy server on loopback into an empty home, and every playbook from the installed copy; oldest and newest core.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
source "$ROOT/tests/galaxy/lib.sh"

need_sandbox
use_venv newest
work=$(mktemp -d)
trap 'kill "$server"; rm -r "$work"' EXIT
PATH=$VENV/bin:$PATH "$ROOT/tools/build.sh" "$work"
mkfifo "$work/address"
"$VENV/bin/python" "$ROOT/tests/galaxy/server.py" "$work"/*.tar.gz >"$work/address" 2>/dev/null &
server=$!
read -r address <"$work/address"
for core in oldest newest; do
  attempt newcomer "$core" ANSIBLE_GALAXY_SERVER_LIST=loopback ANSIBLE_GALAXY_SERVER_LOOPBACK_URL="$address/api/"
done
end_of_attempts
