#!/usr/bin/env bash
# play.sh PLAYBOOK ARGS...: runs a playbook of this checkout; INVENTORY, LIMIT and CALLED_FROM come from make.
set -euo pipefail
cd "$(dirname "$0")/../playbooks"

../tools/venv.sh
inventory=${INVENTORY:-inventory}
# A file of the caller's folder, or else a list of hosts such as "web1,web2".
if [ -n "${INVENTORY:-}" ] && [ -e "$(cd "$CALLED_FROM" && realpath -m -- "$INVENTORY")" ]; then
  inventory=$(cd "$CALLED_FROM" && realpath -- "$INVENTORY")
fi
exec ../.venv/bin/ansible-playbook "$1" -i "$inventory" ${LIMIT:+--limit "$LIMIT"} "${@:2}"
