#!/usr/bin/env bash
# run.sh: our table of what the kernel itself does, against the kernel of this machine, in a network namespace that is gone afterwards.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

# In the namespace: every parameter is read-only but those of its own network.
inside() {
  local own
  own=$(mktemp -d)
  mount --bind /proc/sys/net "$own"
  mount --bind /proc/sys /proc/sys
  mount -o remount,bind,ro /proc/sys
  mount --move "$own" /proc/sys/net
  rmdir "$own"
  # One interface without an address, one with, and a dot in a name.
  ip link add left type veth peer name right.5
  ip address add 192.0.2.1/24 dev right.5
  for interface in lo left right.5; do ip link set "$interface" up; done
  "$VENV/bin/python" -m pytest -s "$ROOT/tests/kernel"
}

# The parameters of this machine's own network that do not come and go with an interface.
machine() { find /proc/sys/net -type f -perm -400 -not -path '*/conf/*' -not -path '*/neigh/*' -exec grep -Hs '' {} + | sort; }

if [ "${1:-}" = --inside ]; then
  inside
  exit
fi
[ "$(id -u)" = 0 ] || skip "a network namespace with interfaces needs root"
need unshare util-linux
need ip iproute2
unshare --net ip link add left type veth peer name right 2>/dev/null || skip "this kernel has no veth interfaces, or no namespaces for us"
use_venv newest
PYTHONPATH=$(collection_tree)
MACHINE_NETWORK=$(readlink /proc/self/ns/net)
export PYTHONPATH MACHINE_NETWORK
before=$(machine)
unshare --net --mount --fork --kill-child --propagation private bash "${BASH_SOURCE[0]}" --inside
[ "$before" = "$(machine)" ] || die "the tests changed this machine's own parameters: $(diff <(echo "$before") <(machine))"
