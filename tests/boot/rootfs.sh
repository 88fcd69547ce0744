#!/usr/bin/env bash
# rootfs.sh SUITE: prints a folder with a Debian suite's systemd-sysctl and its libraries, for chroot; nothing in it is configured or run.
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

suite=$1
root=$CACHE/systemd-$suite-$(key "${BASH_SOURCE[0]}")

make_rootfs() {
  local new=$1 folder
  mmdebstrap --quiet --variant=extract --include=systemd "$suite" "$new"
  # Only the packages' scripts would merge /usr, and they do not run.
  for folder in lib lib64; do
    [ -e "$new/$folder" ] || ln -s "usr/$folder" "$new/$folder"
  done
  rm -rf "${new:?}"/{usr/lib,lib,etc}/sysctl.d "${new:?}/usr/share"
}

need mmdebstrap mmdebstrap
exec 9>"$root.lock"
flock 9
if [ ! -d "$root" ]; then
  [ "$(id -u)" = 0 ] || skip "unpacking a root file system needs root"
  work=$(mktemp -d "$root.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  patiently "downloading and unpacking systemd of $suite, whose systemd-sysctl is asked what a boot sets, once" make_rootfs "$work/root" >&2
  mv -T "$work/root" "$root"
fi
printf '%s\n' "$root"
