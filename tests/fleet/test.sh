#!/usr/bin/env bash
# test.sh: fleet.sh keeps its promises: net.* is each host's own, the rest of the kernel is closed, CPU time is counted, nothing stays behind.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
fleet() { bash "$ROOT/tests/fleet/fleet.sh" "$@"; }

expect() { [ "$2" = "$3" ] || die "$1: $2, expected $3"; }

# spent GROUP: microseconds of CPU time.
spent() { sed -n 's/^usage_usec //p' "$dir/cgroup/$1/cpu.stat"; }

# Each parameter is only ever written with the value that it has.
refused() {
  local answer
  answer=$(fleet enter "$dir" 1 bash -c "value=\$(</proc/sys/$1) && printf %s \"\$value\" >/proc/sys/$1" 2>&1) && die "$1 can be written"
  [[ $answer == *"Read-only file system"* ]] || die "$1: $answer"
}

dir=$(mktemp -d)
trap 'fleet down "$dir"' EXIT
fleet up 2 "$dir"

for parameter in kernel/kptr_restrict vm/swappiness fs/suid_dumpable user/max_user_namespaces; do refused "$parameter"; done

before=$(</proc/sys/net/ipv4/ip_forward)
fleet enter "$dir" 1 bash -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
fleet enter "$dir" 2 bash -c 'echo 0 >/proc/sys/net/ipv4/ip_forward'
expect "ip_forward of node1" "$(fleet enter "$dir" 1 cat /proc/sys/net/ipv4/ip_forward)" 1
expect "ip_forward of node2" "$(fleet enter "$dir" 2 cat /proc/sys/net/ipv4/ip_forward)" 0
expect "ip_forward of this machine" "$(</proc/sys/net/ipv4/ip_forward)" "$before"

login=(ssh -q -i "$dir/key" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null root@10.213.0.3)
fleet net "$dir" "${login[@]}" "touch /etc/of-node2 /var/lib/of-node2 && $dir/python -c pass"
expect "files of node2" "$(fleet enter "$dir" 2 ls /etc/of-node2 /var/lib/of-node2 | wc -l)" 2
expect "its Python's starts" "$(fleet enter "$dir" 2 wc -l </dev/null /var/lib/python-starts)" "1 /var/lib/python-starts"
for file in /proc/"$(<"$dir/pids/1")"/root/{etc,var/lib}/of-node2 /{etc,var/lib}/of-node2; do
  [ ! -e "$file" ] || die "$file is there"
done

hosts=$(spent hosts) controller=$(spent controller)
fleet net "$dir" "${login[@]}" "/usr/bin/python3 -c 'import time
while time.process_time() < 0.3: pass'"
[ "$(($(spent hosts) - hosts))" -ge 300000 ] || die "the CPU time of a host is not counted"
expect "the controller's CPU time" "$(spent controller)" "$controller"

group=$(basename "$(readlink "$dir/cgroup")")
fleet down "$dir"
left=$(pgrep --full -- "$dir") && die "still running: $left"
[ ! -e "$dir" ] || die "$dir is still there"
mkdir "$dir"
groups=$(unshare --mount sh -euc "mount -t cgroup2 cgroup2 '$dir' && ls '$dir'")
rmdir "$dir"
grep -qx -- "$group" <<<"$groups" && die "the control group $group is still there"
say "fleet: all promises kept"
