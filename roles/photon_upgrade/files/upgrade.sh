#!/bin/sh
# upgrade.sh run VERSION | ended: runs photon-upgrade.sh apart from every login, and tells whether that has ended.
# All that it calls on the way is built into the shell, because the upgrade exchanges the programs of this host while it runs.
set -u
folder=/var/lib/photon-hardening/upgrade

run() {
  printf '%s\n' "$$" >"$folder/pid"
  /usr/bin/photon-upgrade.sh --upgrade-os --assume-yes --to-ver="$1" </dev/null >"$folder/upgrade.log" 2>&1
  printf '%s\n' "$?" >"$folder/status"
}

# Ended: there is a status, or the process is gone (a reboot, a kill). A process of another boot may have its number: then it is not this one.
ended() {
  [ ! -s "$folder/status" ] || return 0
  for _ in 1 2 3 4 5; do
    if [ -s "$folder/pid" ]; then break; fi
    sleep 1
  done
  read -r pid <"$folder/pid" || return 0
  [ -r "/proc/$pid/cmdline" ] || return 0
  # Its words end in NUL and not in a line end, so the shell reads them all, and calls it a failure.
  read -r words <"/proc/$pid/cmdline" || :
  case $words in *"$folder"*) return 1 ;; esac
}

case ${1:-} in
  run) run "$2" ;;
  ended) ended ;;
  *) printf 'usage: %s run VERSION | ended\n' "$0" >&2; exit 2 ;;
esac
