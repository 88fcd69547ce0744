# Sourced by tools/ and tests/: how a script tells what it does.
# shellcheck shell=bash

say() { printf '==> %s\n' "$*" >&2; }

# patiently WHAT COMMAND...: says WHAT is done and why, and every ten seconds (PATIENCE) that it is still being done.
patiently() {
  local what=$1 status=0 waiting start=$SECONDS; shift
  say "$what"
  # A read that waits for nothing instead of sleep, which would outlive this and keep the pipes of our caller open.
  (
    exec {nothing}<> <(:)
    while ! read -rt "${PATIENCE:-10}" -u "$nothing"; do say "$((SECONDS - start)) s: still $what"; done
  ) >&2 &
  waiting=$!
  "$@" || status=$?
  kill "$waiting"
  wait "$waiting" || true
  return "$status"
}
