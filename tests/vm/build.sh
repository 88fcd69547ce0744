#!/usr/bin/env bash
# build.sh [--vmware] SUITE [PACKAGE...]: prints the folder of a Debian disk (root.img vmlinuz initrd id_ed25519); builds it when absent.
# --vmware: it boots from VMware's paravirtual disk controller, with a kernel that has the drivers of VMware's other devices.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

kernel=linux-image-cloud-amd64 root_disk=/dev/vda drivers=(virtio_pci virtio_blk)
if [ "$1" = --vmware ]; then
  kernel=linux-image-amd64 root_disk=/dev/sda drivers=(vmw_pvscsi sd_mod)
  shift
fi
suite=$1; shift
packages=(systemd-sysv udev dbus openssh-server python3 procps iproute2 kmod "$kernel" initramfs-tools "$@")
disk=$CACHE/vm-$suite-$(key "${BASH_SOURCE[0]}" <(printf '%s\n' "${packages[@]}"))

# bullseye's security archive names kernel packages that mirrors no longer have; mmdebstrap would add it by itself.
mirror() {
  [ "$suite" = bullseye ] || return 0
  apt-get indextargets --format "deb \$(REPO_URI) bullseye main" | grep -E '/debian/? bullseye' | sort -u
}

bootstrap() {
  local root=$1 mirrors
  mapfile -t mirrors < <(mirror)
  mmdebstrap --quiet --format=directory --variant=minbase --include="$(IFS=,; printf %s "${packages[*]}")" \
    --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' --aptopt='Acquire::Retries "3"' \
    --dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' \
    --essential-hook="mkdir -p \"\$1/etc/initramfs-tools/conf.d\"" \
    --essential-hook="printf 'MODULES=list\nCOMPRESS=gzip\n' >\"\$1/etc/initramfs-tools/conf.d/virtio\"" \
    --essential-hook="printf '%s\n' ${drivers[*]} ext4 >\"\$1/etc/initramfs-tools/modules\"" \
    "$suite" "$root" "${mirrors[@]}"
}

configure() {
  local root=$1 public_key=$2
  printf 'vm-%s\n' "$suite" >"$root/etc/hostname"
  printf '127.0.0.1 localhost vm-%s\n' "$suite" >"$root/etc/hosts"
  printf '%s / ext4 defaults 0 1\n' "$root_disk" >"$root/etc/fstab"
  printf '[Match]\nName=eth*\n[Network]\nDHCP=ipv4\n' >"$root/etc/systemd/network/20-ether.network"
  # Without it each login waits for a name server that the closed network does not have.
  printf 'UseDNS no\n' >"$root/etc/ssh/sshd_config.d/vm.conf"
  install -D -m 600 "$public_key" "$root/root/.ssh/authorized_keys"
  chmod 700 "$root/root/.ssh"
  chroot "$root" systemctl --quiet enable systemd-networkd ssh
  chroot "$root" systemctl --quiet mask systemd-networkd-wait-online.service apt-daily.timer apt-daily-upgrade.timer
}

build() {
  local new=$1 work=$2
  ssh-keygen -q -t ed25519 -N '' -C vm -f "$new/id_ed25519"
  bootstrap "$work/root"
  configure "$work/root" "$new/id_ed25519.pub"
  install -m 644 "$work"/root/boot/vmlinuz-* "$new/vmlinuz"
  install -m 644 "$work"/root/boot/initrd.img-* "$new/initrd"
  truncate -s 3G "$new/root.img"
  mke2fs -q -t ext4 -O ^has_journal -E lazy_itable_init=1,root_owner=0:0 -d "$work/root" "$new/root.img"
}

need mmdebstrap mmdebstrap
need mke2fs e2fsprogs
need ssh-keygen openssh-client
# One build at a time: a second caller waits and then finds the disk there.
exec 9>"$CACHE/vm.lock"
flock 9
if [ ! -d "$disk" ]; then
  [ "$(id -u)" = 0 ] || skip "building a VM disk needs root"
  work=$(mktemp -d)
  new=$(mktemp -d "$disk.XXXXXX")
  trap 'rm -rf "$work" "$new"' EXIT
  chmod 755 "$work"
  patiently "downloading and building a disk of Debian $suite for a virtual machine, once" build "$new" "$work" >&2
  mv -T "$new" "$disk"
fi
printf '%s\n' "$disk"
