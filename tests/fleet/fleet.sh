#!/usr/bin/env bash
# fleet.sh up COUNT DIR | net DIR COMMAND... | enter DIR NUMBER COMMAND... | down DIR: ssh hosts made of this machine's namespaces.
# Each has its own network, mounts, processes and name, its own sshd, /etc and /var/lib; of its /proc/sys only net can be written.
# DIR/inventory lists them. They answer in a network of their own, so ansible runs as `fleet.sh net DIR ansible ...`.
# A host's Python writes a line to /var/lib/python-starts each time it is started, which counts module executions.
# DIR/cgroup/hosts counts the CPU time of all hosts in its cpu.stat; DIR/cgroup/controller is for a command that shall be counted as well.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

address() { printf '10.213.%d.%d\n' "$(($1 / 250))" "$(($1 % 250 + 1))"; }

pid_of() { cat "$dir/pids/$1"; }

net() { nsenter --target "$(pid_of switch)" --net "$@"; }

# No --pid: nsenter would have to fork, and the host's /proc answers for its network without it.
enter() { nsenter --target "$(pid_of "$1")" --net --mount --uts "${@:2}"; }

# launch NAME COMMAND...: in a network namespace of its own, ready when that exists; its death takes all below it along.
launch() {
  local name=$1 namespace; shift
  unshare --net --mount --uts --pid --fork --kill-child "$@" </dev/null >"$dir/logs/$name" 2>&1 &
  printf '%s\n' "$!" >"$dir/pids/$name"
  for _ in {1..100}; do
    namespace=$(readlink "/proc/$!/ns/net") || break
    [ "$namespace" = "$(readlink /proc/self/ns/net)" ] || return 0
    sleep 0.02
  done
  die "$name got no network namespace: $(cat "$dir/logs/$name")"
}

start_switch() {
  # The folder's name is in its arguments, which is how `down` knows it.
  launch switch env "FLEET=$dir" sleep infinity
  net ip -batch - <<END
link set lo up
link add switch type bridge
addr add 10.213.255.254/16 dev switch
link set switch up
END
}

# Every kernel lets version 2 of the control groups be mounted, whatever else uses groups on this machine, and counts CPU time there without
# a controller. The mount is the switch's own; others reach it through /proc.
make_groups() {
  local group
  group=/proc/$(pid_of switch)/root$dir/private/photon-fleet-$(pid_of switch)
  nsenter --target "$(pid_of switch)" --mount mount -t cgroup2 cgroup2 "$dir/private" || skip "control groups cannot be mounted here"
  mkdir -p "$group"/{controller,hosts}
  ln -s "$group" "$dir/cgroup"
}

# A process that has just been killed is still in its group for a moment.
remove_groups() {
  local group
  group=$(readlink "$dir/cgroup") || return 0
  xargs --no-run-if-empty kill -KILL <"$group/controller/cgroup.procs"
  for _ in {1..100}; do
    if rmdir "$group"/{controller,hosts} "$group" 2>/dev/null || [ ! -e "$group" ]; then return 0; fi
    sleep 0.02
  done
  die "$group is still in use"
}

start_host() {
  (
    echo 0 >"$dir/cgroup/hosts/cgroup.procs"
    launch "$1" bash "$ROOT/tests/fleet/host.sh" "$dir" "node$1"
  )
  net ip link add "port$1" type veth peer name eth0 netns "$(pid_of "$1")"
  net ip link set "port$1" master switch up
  nsenter --target "$(pid_of "$1")" --net ip -batch - <<END
link set lo up
addr add $(address "$1")/16 dev eth0
link set eth0 up
END
}

await_host() {
  for _ in {1..100}; do
    if net bash -c "exec 3<>/dev/tcp/$(address "$1")/22" 2>/dev/null; then return 0; fi
    sleep 0.1
  done
  die "node$1 does not answer: $(cat "$dir/logs/$1")"
}

write_inventory() {
  local number
  for number in $(seq "$1"); do printf 'node%d ansible_host=%s\n' "$number" "$(address "$number")"; done
  cat <<END
[all:vars]
ansible_user=root
ansible_ssh_private_key_file=$dir/key
ansible_ssh_common_args='-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null'
ansible_python_interpreter=$dir/python
ansible_remote_tmp=/var/lib/ansible
END
}

up() {
  local count=$1 number
  [ "$(id -u)" = 0 ] || skip "only root can make namespaces"
  need ip iproute2
  need sshd openssh-server
  need ssh openssh-client
  need /usr/bin/python3 python3
  mkdir -p "$dir"/{pids,logs,private}
  ssh-keygen -q -t ed25519 -N '' -f "$dir/key"
  ssh-keygen -q -t ed25519 -N '' -f "$dir/hostkey"
  printf '#!/bin/sh\necho >>/var/lib/python-starts\nexec /usr/bin/python3 "$@"\n' >"$dir/python"
  chmod 755 "$dir/python"
  write_inventory "$count" >"$dir/inventory"
  start_switch
  make_groups
  for number in $(seq "$count"); do start_host "$number"; done
  for number in $(seq "$count"); do await_host "$number"; done
}

# A number in a pid file may be another process by now.
end() {
  local file pid
  for file in "$@"; do
    pid=$(<"$file")
    if grep -qa -- "$dir" "/proc/$pid/cmdline" 2>/dev/null; then kill -KILL "$pid"; fi
  done
  for file in "$@"; do
    while [ -e "/proc/$(<"$file")" ]; do sleep 0.02; done
  done
}

down() {
  shopt -s nullglob
  end "$dir"/pids/[0-9]*
  remove_groups
  end "$dir"/pids/switch*
  rm -rf "$dir"
}

action=${1:-}
case $action in
  up) dir=$(realpath -m "$3"); up "$2" ;;
  net | enter) dir=$(realpath "$2"); "$action" "${@:3}" ;;
  down) dir=$(realpath -m "$2"); down ;;
  *) die "usage: $0 up COUNT DIR | net DIR COMMAND... | enter DIR NUMBER COMMAND... | down DIR" ;;
esac
