#!/usr/bin/env bash
# uses.sh prepare | attach | announce | WORKLOAD: runs in the VM. A workload ends with one word when it does what it is there for.
set -euo pipefail
exec 2>&1

# Two networks that reach one another through this host alone, and a third in which a router of IPv6 announces itself.
attach() {
  ip netns add near
  ip netns add far
  ip netns add announcer
  join near lan0 192.0.2
  join far wan0 198.51.100
  ip link add slaac0 type veth peer name eth0 netns announcer
  ip link set slaac0 up
  ip -n announcer link set eth0 up
  mkdir -p /srv/far
  echo far >/srv/far/index.html
  ip netns exec far python3 -m http.server --directory /srv/far 80 >/dev/null 2>&1 &
}

# join NAMESPACE INTERFACE NETWORK: this host is .1 there and the way to everything else.
join() {
  ip link add "$2" type veth peer name eth0 netns "$1"
  ip addr add "$3.1/24" dev "$2"
  ip link set "$2" up
  ip -n "$1" addr add "$3.2/24" dev eth0
  ip -n "$1" link set eth0 up
  ip -n "$1" route add default via "$3.1"
}

# Forwarding was on before the collection came, and a program took the dumps.
prepare() {
  echo 1 >/proc/sys/net/ipv4/ip_forward
  echo '|/bin/cat' >/proc/sys/kernel/core_pattern
}

# A router's advertisement to all nodes: a default route for half an hour, and the prefix 2001:db8:5::/64 with addresses for an hour.
announce() {
  local tries=50
  # It sends from an address of the link, which the kernel tries out for a second or two.
  until ip -n announcer -6 addr show dev eth0 scope link -tentative | grep fe80 >/dev/null || [ $((tries--)) = 0 ]; do sleep 0.2; done
  ip netns exec announcer python3 - <<'END'
import socket, struct, time
channel = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
channel.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
prefix = struct.pack("!BBBBIII", 3, 4, 64, 0xC0, 3600, 3600, 0) + socket.inet_pton(socket.AF_INET6, "2001:db8:5::")
packet = struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, 1800, 0, 0) + prefix
for _count in range(5):
    channel.sendto(packet, ("ff02::1", 0, 0, socket.if_nametoindex("eth0")))
    time.sleep(1)
END
}

forwarded() { ip netns exec near timeout 6 python3 -c 'from urllib.request import urlopen; print(urlopen("http://198.51.100.2/").read().decode())'; }

# Whether the kernel has taken an address and the way out from the router.
# Not grep -q: it ends early, and the program before it would end with SIGPIPE.
addressed() { ip -6 addr show dev slaac0 | grep 2001:db8:5: >/dev/null && ip -6 route show default dev slaac0 | grep ra >/dev/null && echo addressed; }

"$1"
