#!/usr/bin/env bash
# host.sh DIR NAME: makes a host of the fresh namespaces that it runs in, and becomes its sshd.
set -euo pipefail
dir=$1 name=$2

# Of /proc/sys only net belongs to a network namespace. The rest is this machine's own kernel, whoever asks.
close_kernel() {
  mount -t proc proc /proc
  mount --bind /proc/sys /proc/sys
  mount --bind /proc/sys/net /proc/sys/net
  mount -o remount,bind,ro /proc/sys
  if [ -w /proc/sys/kernel/randomize_va_space ] || [ ! -w /proc/sys/net/ipv4/ip_forward ]; then
    echo "$name: /proc/sys is not as it should be" >&2
    return 1
  fi
}

# In memory, so that a host leaves nothing behind.
private_files() {
  local folder
  mount -t tmpfs tmpfs "$dir/private"
  for folder in etc var/lib; do
    mkdir -p "$dir/private/$folder"/{upper,work}
    mount -t overlay overlay "/$folder" \
      -o "lowerdir=/$folder,upperdir=$dir/private/$folder/upper,workdir=$dir/private/$folder/work"
  done
  mount -t tmpfs tmpfs /run
  mkdir /run/sshd
}

# This machine's root may have a shell that takes long to start, and would write in the home that all hosts share.
plain_login() {
  mkdir /var/lib/root
  sed -i 's|^root:.*|root:x:0:0:root:/var/lib/root:/bin/bash|' /etc/passwd
}

hostname "$name"
close_kernel
private_files
plain_login
exec /usr/sbin/sshd -D -e -f /dev/null -h "$dir/hostkey" -o "AuthorizedKeysFile=$dir/key.pub" -o PidFile=none \
  -o StrictModes=no -o UsePAM=no -o UseDNS=no -o MaxStartups=100 -o "Subsystem=sftp internal-sftp"
