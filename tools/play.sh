#!/usr/bin/env bash
# play.sh PLAYBOOK ARGS...: runs a playbook of this checkout; INVENTORY, LIMIT and CALLED_FROM come from make.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

case $1 in
  harden.yml | audit.yml | rollback.yml)
    if [ -z "${INVENTORY:-}" ] && [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
      echo "ERROR: this machine's kernel parameters need root, and there is no sudo here: run this as root, or name hosts with INVENTORY" >&2
      exit 1
    fi
    ;;
esac

"$root/tools/venv.sh"
# What the caller names by a relative path, such as an inventory, -e @FILE or a folder for results, is below the caller's folder.
cd "${CALLED_FROM:-.}"
# Ansible refuses a locale without UTF-8, and one that is not installed here, such as that of an SSH client.
[ "$(locale charmap 2>&1)" = UTF-8 ] || export LC_ALL=C.UTF-8
export ANSIBLE_CALLBACKS_ENABLED=${ANSIBLE_CALLBACKS_ENABLED:+$ANSIBLE_CALLBACKS_ENABLED,}photon.hardening.report
inventory=${INVENTORY:-$root/playbooks/inventory}
exec "$root/.venv/bin/ansible-playbook" "$root/playbooks/$1" -i "$inventory" ${LIMIT:+--limit "$LIMIT"} "${@:2}"
