#!/usr/bin/env bash
# run.sh [--containers|--controller|--vmware|--uses] [SUITE...]: tests on one VM per Debian suite (bookworm when none is named), one after another.
# --containers: on a disk with container engines, libvirt and LXC, which the other tests do without.
# --controller: on a disk with ansible-core, which trixie is the first to have in a version that the collection supports.
# --vmware: on a machine with VMware's disk controller and network device.
# --uses: of a host that is a router and a client of one, on a plain disk.
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

# The engines of a suite and what they need: recommended packages are not installed. libvirt is there for its network alone, and the
# whole of it brings qemu with it on trixie.
engines() {
  local more=(libvirt-daemon-system)
  [ "$1" = bookworm ] || more=(docker-cli passt netavark aardvark-dns libvirt-daemon-config-network libvirt-clients)
  printf '%s\n' docker.io "${more[@]}" podman crun uidmap slirp4netns fuse-overlayfs dbus-user-session libpam-systemd busybox-static \
    iptables apparmor dnsmasq-base lxc
}

# What a full disk or a kill does is the same on every kernel, so one suite shows it.
tests_of() {
  if [ "$kind" = controller ]; then
    printf '%s\n' "$here"/test_{timer,pull}.py
  elif [ "$kind" != plain ]; then
    echo "$here/test_$kind.py"
  elif [ "$1" = bookworm ]; then
    printf '%s\n' "$here"/test_{reboot,faults}.py
  else
    echo "$here/test_reboot.py"
  fi
}

run() (
  suite=$1 packages=() machine=()
  mapfile -t tests < <(tests_of "$suite")
  case $kind in
    containers) mapfile -t packages < <(engines "$suite") ;;
    controller) packages=(ansible-core git) ;;
    guest) packages=(open-vm-tools) machine=(--vmware) ;;
  esac
  disk=$(bash "$here/build.sh" "${machine[@]}" "$suite" "${packages[@]}")
  dir=$(mktemp -d)
  port=$(free_port)
  trap finish EXIT
  ln -s "$disk"/* "$dir"
  [ "$kind" != guest ] || touch "$dir/vmware"
  patiently "starting a virtual machine with Debian $suite, the kernel that is hardened" bash "$here/vm.sh" start "$dir" "$port"
  VM_SUITE=$suite VM_DIR=$dir VM_PORT=$port ANSIBLE_COLLECTIONS_PATH=$(collection_tree) \
    PATH=$VENV/bin:$PATH "$VENV/bin/python" -m pytest --durations=0 --durations-min=1 -v "${tests[@]}"
)

need qemu-system-x86_64 qemu-system-x86
need qemu-img qemu-utils
need ssh openssh-client
use_venv newest
kind=plain
case ${1:-} in
  --containers | --controller | --uses) kind=${1#--}; shift ;;
  --vmware) kind=guest; shift ;;
esac
for suite in "${@:-bookworm}"; do
  attempt run "$suite"
done
end_of_attempts
