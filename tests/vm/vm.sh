#!/usr/bin/env bash
# vm.sh start|ssh|reboot|cold_boot|stop DIR PORT [COMMAND...]: one VM on a built disk whose files lie in DIR; its writes go to DIR/overlay.qcow2.
# With a file DIR/vmware its machine, disk controller and network device are VMware's. A cold boot adds what DIR/cmdline says to the kernel's
# command line.
set -euo pipefail
# shellcheck source=tests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

action=$1 dir=$2 port=$3; shift 3
login=(ssh -q -i "$dir/id_ed25519" -p "$port" -o BatchMode=yes -o ConnectTimeout=30 -o StrictHostKeyChecking=no
       -o UserKnownHostsFile=/dev/null root@127.0.0.1)

# Under kvm_pvm a stock kernel never prints its first line: emulation is slower and works.
accelerator() {
  if [ -w /dev/kvm ] && [ ! -d /sys/module/kvm_pvm ]; then echo kvm; else echo tcg,thread=multi; fi
}

# Modules that probe hardware the VM does not have double the boot under emulation.
kernel_line() {
  local disk=/dev/vda
  [ ! -e "$dir/vmware" ] || disk=/dev/sda
  [ ! -e "$dir/cmdline" ] || printf '%s ' "$(<"$dir/cmdline")"
  printf 'root=%s rw console=ttyS0 net.ifnames=0 mitigations=off cryptomgr.notests no_timer_check modprobe.blacklist=%s' \
    "$disk" kvm_amd,kvm,powernow_k8,ata_piix,libata,cryptd,aesni_intel,drm,pcspkr,floppy,psmouse,evdev,button,i2c_piix4,cfg80211
}

# A connection that the guest forgets in its reboot is never closed by the user-mode network, hence the timeouts.
boot_id() { timeout 15 "${login[@]}" cat /proc/sys/kernel/random/boot_id 2>/dev/null; }

# answers OLD: waits until a boot other than OLD answers on ssh.
answers() {
  local end=$((SECONDS + 300)) now
  while [ "$SECONDS" -lt "$end" ]; do
    if now=$(boot_id) && [ -n "$now" ] && [ "$now" != "$1" ]; then return 0; fi
    kill -0 "$(<"$dir/qemu.pid")" || die "qemu has gone"
    sleep 0.5
  done
  die "no new boot answered on ssh within 300 s"
}

# A comma in a value of an option is written twice.
hardware() {
  if [ -e "$dir/vmware" ]; then
    printf '%s\n' -machine pc,vmport=on -smbios 'type=1,manufacturer=VMware,, Inc.,product=VMware Virtual Platform' \
      -device pvscsi,id=scsi -drive "file=$dir/overlay.qcow2,if=none,id=disk,format=qcow2,cache=unsafe" \
      -device scsi-hd,drive=disk,bus=scsi.0 -device vmxnet3,netdev=net,romfile=
  else
    printf '%s\n' -drive "file=$dir/overlay.qcow2,if=virtio,format=qcow2,cache=unsafe" -device virtio-net-pci,netdev=net,romfile=
  fi
}

power_on() {
  local devices
  mapfile -t devices < <(hardware)
  # The same CPU model for both accelerators. restrict=on: the VM sees no network but the one forwarded port.
  qemu-system-x86_64 -accel "$(accelerator)" -cpu Nehalem -smp 2 -m 1024 -nodefaults -no-user-config -display none \
    -kernel "$dir/vmlinuz" -initrd "$dir/initrd" -append "$(kernel_line)" \
    -netdev "user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:$port-:22" "${devices[@]}" \
    -device virtio-rng-pci -serial "file:$dir/console.log" -daemonize -pidfile "$dir/qemu.pid"
  answers none
}

start() {
  qemu-img create -q -f qcow2 -b "$(realpath "$dir/root.img")" -F raw "$dir/overlay.qcow2"
  power_on
}

# What a reboot cannot show: nothing of the machine is left, not even its emulator.
cold_boot() {
  local pid end=$((SECONDS + 240))
  pid=$(<"$dir/qemu.pid")
  timeout 30 "${login[@]}" systemctl poweroff || say "ssh ended with the shutdown"
  while kill -0 "$pid" 2>/dev/null; do
    [ "$SECONDS" -lt "$end" ] || die "the VM did not switch itself off within 240 s"
    sleep 0.5
  done
  power_on
}

reboot() {
  local old
  old=$(boot_id)
  # The connection may break before the command has answered; whether it rebooted is what the boot id tells.
  timeout 30 "${login[@]}" systemctl reboot || say "ssh ended with the reboot"
  answers "$old"
}

# The overlay is thrown away, so there is nothing to shut down cleanly.
stop() {
  [ ! -s "$dir/qemu.pid" ] || kill "$(<"$dir/qemu.pid")" || say "qemu had ended before"
  rm -f "$dir/qemu.pid" "$dir/overlay.qcow2"
}

case $action in
  start | reboot | cold_boot | stop) "$action" ;;
  ssh) exec "${login[@]}" "$@" ;;
  *) die "unknown action $action" ;;
esac
