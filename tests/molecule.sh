#!/usr/bin/env bash
# molecule.sh [SCENARIO...]: the role in containers, whose /proc/sys is read-only; all scenarios when none is named.
# shellcheck source=tests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
engine=$ROOT/tests/engine
[ $# -gt 0 ] || set -- default centos8 photon rollback

# There is one engine: runs wait for each other. The engine itself must not inherit the lock (9>&- below).
exec 9>"$CACHE/molecule.lock"
flock 9

# export_from COMMAND...: exports what it prints.
export_from() {
  local exports
  exports=$("$@")
  eval "$exports"
}

# The images of the old distributions have Pythons that only the oldest ansible-core manages.
core_for() { if [ "$1" = default ]; then echo newest; else echo oldest; fi; }

images_for() { if [ "$1" = rollback ]; then printf '%s\n' centos8 photon; else echo "$1"; fi; }

run_scenario() {
  local start=$SECONDS image
  for image in $(images_for "$1"); do
    export_from "$engine/images.sh" "$image"
  done
  use_venv "$(core_for "$1")"
  # Named, because Molecule looks for it only in a git repository and would go on without.
  PATH=$VENV/bin:$PATH molecule --base-config .config/molecule/config.yml test --scenario-name "$1"
  say "molecule $1: $((SECONDS - start)) s"
}

use_venv oldest
ANSIBLE_COLLECTIONS_PATH=$(collection_tree)
ANSIBLE_COLLECTIONS_PATH+=:$(bash "$ROOT/tests/collections.sh")
export ANSIBLE_COLLECTIONS_PATH MOLECULE_COMMAND_BORDERS=false
trap '"$engine/docker.sh" stop' EXIT
export_from "$engine/docker.sh" start 9>&-
cd "$ROOT"
for scenario in "$@"; do
  attempt run_scenario "$scenario"
done
end_of_attempts
