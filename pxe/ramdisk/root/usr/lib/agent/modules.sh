# Drivers by what the hardware says it is (modalias): everything once, then whatever has appeared since.

seen=${seen:-/run/agent/modaliases}
signatures=/usr/lib/signatures

# Where Secure Boot is on the kernel takes signed modules only. Their signatures came as a second archive (pxe/ramdisk/build/root.sh): each goes
# back to the end of its module.
sign_modules() {
  mount -t securityfs securityfs /sys/kernel/security 2>/dev/null
  ! grep -q '\[none\]' /sys/kernel/security/lockdown 2>/dev/null && [ -d $signatures ] || return 0
  local name
  find $signatures -name '*.ko' | while read -r name; do cat "$name" >>"${name#$signatures}"; done
  rm -rf $signatures
}

# New modaliases, network and virtio (which may be the network) apart: all of them in $seen, the new ones printed.
new_modaliases() {
  cat /sys/bus/*/devices/*/modalias 2>/dev/null | sort -u >"$seen.now"
  touch "$seen"
  awk -v first="$seen" 'FILENAME == first { old[$0]; next } !($0 in old)' "$seen" "$seen.now"
  mv "$seen.now" "$seen"
}

load() { xargs -r /usr/sbin/modprobe -a -b -q 2>/dev/null; }

# PCI class 02 is network; 1AF4 is virtio, whose network card shows only after its bus; Hyper-V and Xen have no PCI.
load_network_modules() {
  new_modaliases >"$seen.todo"
  grep -E '^pci:.*bc02|^pci:v00001AF4|^acpi:.*VMBUS|^virtio:|^vmbus:|^xen:' "$seen.todo" | load
  cat /sys/bus/virtio/devices/*/modalias /sys/bus/vmbus/devices/*/modalias 2>/dev/null | sort -u | load
}

# The rest at once, and then what the loaded drivers have brought to light: SCSI disks, USB, hot-plugged cards.
keep_loading_modules() {
  local pause
  load <"$seen.todo"
  for pause in 0 1 1 2 4 8 16; do
    sleep $pause
    new_modaliases | load
    # What the block devices were then: unchanged since means that all disks are found.
    [ "$pause" = 0 ] || ls /sys/block >"$seen.settled"
  done
  while sleep 30; do new_modaliases | load; done
}
