#!/usr/bin/env bash
# docker.sh start|stop|env: a Docker engine for the tests; start and env print what to export, if anything.
# An engine that already answers is used and left running. Otherwise a private one runs in a network namespace of its
# own, so that the machine's bridges, iptables rules and net.* parameters stay as they are; its containers are offline.
# shellcheck source=tests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
state=$CACHE/engine
socket=unix://$state/docker.sock
namespace=photon-hardening

answers() { docker --host "$socket" info >/dev/null 2>&1; }

# A pid file outlives a killed machine, and its number may be another process by now.
engine_pid() {
  local pid
  [ -s "$state/pid" ] && pid=$(<"$state/pid") && grep -qa dockerd "/proc/$pid/cmdline" 2>/dev/null && echo "$pid"
}

launch() {
  mkdir -p "$state"
  rm -f "$state/pid"
  [ -e "/run/netns/$namespace" ] || ip netns add "$namespace"
  ip -n "$namespace" link set lo up
  # nsenter and not "ip netns exec": that one remounts /sys, and dockerd misses its cgroups there.
  setsid nsenter --net="/run/netns/$namespace" dockerd --host "$socket" --pidfile "$state/pid" \
    --data-root "$state/data" --exec-root "$state/exec" --shutdown-timeout 5 </dev/null >"$state/log" 2>&1 &
}

start() {
  docker info >/dev/null 2>&1 && return
  need dockerd docker.io iptables
  need ip iproute2
  [ "$(id -u)" = 0 ] || skip "no Docker engine answers, and only root can start a private one"
  engine_pid >/dev/null || launch
  for _ in {1..150}; do
    answers && env && return
    sleep 0.2
  done
  tail -n 20 "$state/log" >&2
  die "the private Docker engine does not answer after 30 s"
}

stop() {
  local pid
  pid=$(engine_pid) || return 0
  docker --host "$socket" ps --quiet | xargs --no-run-if-empty docker --host "$socket" kill >/dev/null
  kill "$pid"
  for _ in {1..150}; do
    [ -e "/proc/$pid" ] || { ip netns delete "$namespace"; return; }
    sleep 0.1
  done
  die "the private Docker engine (pid $pid) does not stop"
}

env() {
  engine_pid >/dev/null || die "no private Docker engine is running"
  printf 'export DOCKER_HOST=%s\n' "$socket"
}

case ${1:-} in
  start | stop | env) "$1" ;;
  *) die "usage: $0 start|stop|env" ;;
esac
