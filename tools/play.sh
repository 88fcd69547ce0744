#!/usr/bin/env bash
# play.sh PLAYBOOK ARGS...: runs a playbook of this checkout; INVENTORY, LIMIT and CALLED_FROM come from make.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

"$root/tools/venv.sh"
# What the caller names by a relative path, such as an inventory, -e @FILE or a folder for results, is below the caller's folder.
cd "${CALLED_FROM:-.}"
export ANSIBLE_CALLBACKS_ENABLED=${ANSIBLE_CALLBACKS_ENABLED:+$ANSIBLE_CALLBACKS_ENABLED,}photon.hardening.report
inventory=${INVENTORY:-$root/playbooks/inventory}
exec "$root/.venv/bin/ansible-playbook" "$root/playbooks/$1" -i "$inventory" ${LIMIT:+--limit "$LIMIT"} "${@:2}"
