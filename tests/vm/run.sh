#!/usr/bin/env bash
# run.sh [SUITE...]: hardens, checks and reboots one VM per Debian suite (bookworm when none is named), one after another.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
here=$ROOT/tests/vm

free_port() { python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

finish() {
  local status=$?
  if [ "$status" != 0 ] && [ -s "$dir/console.log" ]; then
    say "the last lines of the VM's console"
    tail -n 30 "$dir/console.log" >&2
  fi
  bash "$here/vm.sh" stop "$dir" "$port"
  rm -rf "$dir"
}

run() (
  suite=$1
  disk=$(bash "$here/build.sh" "$suite")
  [ -d "$disk" ] || skip "no disk of $suite: $disk"
  dir=$(mktemp -d)
  port=$(free_port)
  trap finish EXIT
  ln -s "$disk"/* "$dir"
  say "starting $suite"
  bash "$here/vm.sh" start "$dir" "$port"
  VM_SUITE=$suite VM_DIR=$dir VM_PORT=$port ANSIBLE_COLLECTIONS_PATH=$(collection_tree) \
    PATH=$VENV/bin:$PATH "$VENV/bin/python" -m pytest --durations=0 --durations-min=1 -v "$here"/test_{reboot,faults}.py
)

need qemu-system-x86_64 qemu-system-x86
need qemu-img qemu-utils
need ssh openssh-client
use_venv newest
for suite in "${@:-bookworm}"; do
  run "$suite"
done
