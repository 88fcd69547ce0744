#!/usr/bin/env bash
# containers.sh prepare | attach | WORKLOAD: runs in the VM. A workload ends with one word when it does what it is there for.
set -euo pipefail
exec 2>&1

# An address of the VM itself, and a host beyond it: a network namespace that no packet reaches but through a router or a published port.
# From the VM itself a published port answers even with forwarding off, through docker's own proxy: that proves nothing.
SELF=10.0.2.15 NEAR=198.51.100.1 FAR=198.51.100.2

as_user() {
  runuser -l alice -c "export XDG_RUNTIME_DIR=/run/user/\$(id -u) DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/\$(id -u)/bus; $1"
}

# Once in the life of the disk: an image made of busybox alone, an ordinary user, and containers that start with the host.
prepare() {
  mkdir -p /srv/base/bin /srv/base/www /srv/far
  cp /bin/busybox /srv/base/bin
  for applet in sh cat wget httpd timeout; do ln -sf busybox "/srv/base/bin/$applet"; done
  echo inside >/srv/base/www/index.html
  echo far >/srv/far/index.html
  tar -C /srv/base -cf /srv/base.tar .
  useradd -m -s /bin/bash alice
  loginctl enable-linger alice
  docker import /srv/base.tar base
  as_user 'podman import /srv/base.tar base'
  docker network create inner
  docker run -d --restart always --name web -p 8080:80 base httpd -f -h /www
  docker run -d --restart always --name peer --network inner base httpd -f -h /www
  virsh -c network:///system net-autostart default
  virsh -c network:///system net-start default
  lxc-create -n box -t busybox
  echo 'lxc.start.auto = 1' >>/var/lib/lxc/box/config
  lxc-start -n box
}

# After each boot: the far host behind an interface whose name has a dot, as a VLAN's has, and the default route without which pasta gives a rootless container no way out of its own network.
attach() {
  ip netns add outside
  ip link add uplink.7 type veth peer name eth0 netns outside
  ip addr add "$NEAR/24" dev uplink.7
  ip link set uplink.7 up
  ip -n outside addr add "$FAR/24" dev eth0
  ip -n outside link set eth0 up
  ip -n outside link set lo up
  ip -n outside route add default via "$NEAR"
  ip netns exec outside busybox httpd -h /srv/far
  attach_guest
  ip route replace default via 10.0.2.2
}

# A guest of libvirt's default network without a virtual machine around it: to the host it is an interface on the bridge all the same.
attach_guest() {
  udevadm wait --timeout 60 /sys/class/net/virbr0
  ip netns add guest
  ip link add guest0 type veth peer name eth0 netns guest
  ip link set guest0 master virbr0 up
  ip -n guest addr add 192.168.122.50/24 dev eth0
  ip -n guest link set eth0 up
  ip -n guest route add default via 192.168.122.1
}

# from_outside PORT: the page that the far host gets; a server that has only just been started is asked again.
from_outside() {
  for _try in 1 2 3; do
    ip netns exec outside timeout 6 busybox wget -qO- "http://$SELF:$1/" && return 0
    sleep 1
  done
  return 1
}

docker_outbound() { docker run --rm base timeout 10 wget -qO- "http://$FAR/"; }
docker_published() { from_outside 8080; }
docker_name() { docker run --rm --network inner base timeout 10 wget -qO- http://peer/; }

libvirt_outbound() { ip netns exec guest timeout 10 busybox wget -qO- "http://$FAR/"; }
lxc_outbound() { lxc-attach -n box -- /bin/timeout 10 /bin/wget -qO- "http://$FAR/"; }

docker_build() {
  printf 'FROM base\nRUN echo built >/built\nCMD ["cat", "/built"]\n' | docker build -q --no-cache -t made -
  docker run --rm made
}

# A new namespace: a rootless container that runs already keeps working in its old one.
user_namespace() { as_user 'unshare -Ur true' && echo entered; }

podman_published() {
  as_user 'podman run -d --replace --name rootless -p 8081:80 base httpd -f -h /www'
  from_outside 8081
}

"$1"
