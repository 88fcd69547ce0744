#!/usr/bin/env bash
# prepare.sh DIR: makes a host of tests/fleet, in whose namespaces it runs, one that can play a Photon: with a /usr, a /tmp and a boot_id
# of its own.
set -euo pipefail
dir=$1
mkdir -p "$dir"/private/usr/{upper,work} /var/lib/player
mount -t overlay overlay /usr -o "lowerdir=/usr,upperdir=$dir/private/usr/upper,workdir=$dir/private/usr/work"
mount -t tmpfs tmpfs /tmp
echo 0 >/var/lib/player/boot_id
mount --bind /var/lib/player/boot_id /proc/sys/kernel/random/boot_id
