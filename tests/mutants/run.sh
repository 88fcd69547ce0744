#!/usr/bin/env bash
# run.sh [--write] [--all] [FILE...]: mutates the rooms, or only FILE..., one change at a time, and counts the changes that their tests notice.
# Of all rooms together it tests a sample; --all tests every change, which takes a night.
# A result is kept until the room or its tests change, and an interrupted run goes on where it was. --write puts the score into CONTRIBUTING.md.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

# What a mutant may do is not foreseen: it could miss its test's folder and write to this machine. For root all that is mounted becomes
# read-only but the results' folder; others may not write there anyway.
confine() {
  local target
  mount --bind "$RESULTS" "$RESULTS"
  # The path of a socket has to be short. This is a folder of the results.
  if [ -n "${TMPDIR:-}" ]; then
    mount --bind "$TMPDIR" /mnt
    export TMPDIR=/mnt
  fi
  mount --bind /proc/sys /proc/sys
  mount -o remount,bind,ro /proc/sys
  # The innermost first.
  findmnt --raw --noheadings --output TARGET | tac | awk '!seen[$0]++' | while read -r target; do
    printf -v target %b "$target"
    case $target in
      "$RESULTS" | /mnt | /dev | /dev/* | /proc) continue ;;
    esac
    # A user's file system may keep root out, who cannot write to it either.
    mount -o remount,bind,ro "$target" 2>/dev/null || [ ! -w "$target" ] || die "cannot make $target read-only"
  done
}

confined() {
  if [ "$(id -u)" = 0 ]; then
    need unshare util-linux
    unshare --mount --net --ipc --uts --pid --fork --kill-child --mount-proc --propagation private bash "${BASH_SOURCE[0]}" --inside "$@"
  else
    "$@"
  fi
}

RESULTS=$CACHE/mutants
if [ "${1:-}" = --inside ]; then
  confine
  exec "${@:2}"
fi

need git git
use_venv mutants
mkdir -p "$RESULTS"
exec 8>"$RESULTS/lock"
flock --nonblock 8 || { say "waiting for another run"; flock 8; }
# What a killed run left.
rm -rf "$RESULTS"/work.*
WORK=$(mktemp -d "$RESULTS/work.XXXXXX")
trap 'rm -rf "$WORK"' EXIT
mkdir "$WORK/tmp" "$WORK/home"
export PYTHONDONTWRITEBYTECODE=1 TMPDIR=$WORK/tmp
status=0
confined env HOME="$WORK/home" "$VENV/bin/python" "$ROOT/tests/mutants/mutants.py" test "$RESULTS" --work "$WORK" "$@" || status=$?
"$VENV/bin/python" "$ROOT/tests/mutants/mutants.py" report "$RESULTS" "$@" || status=$?
exit "$status"
