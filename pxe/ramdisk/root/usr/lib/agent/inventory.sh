# What the machine is, as the appliance's Inventory record. Facts are lines with tabs; inventory.awk makes the JSON.

PROC=${PROC:-/proc}

fact() { (IFS='	'; printf '%s\n' "$*"); }

# true or false, as the firmware's variable has it: four bytes of attributes, one of value (UEFI 2.10 §3.3); nothing on BIOS.
secure_boot() {
  local variable=$SYS/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c
  [ ! -e "$variable" ] || case $(tail -c 1 "$variable" | od -An -tu1) in *1) echo true ;; *) echo false ;; esac
}

system_facts() {
  local dmi=$SYS/class/dmi/id
  fact system "$(line $dmi/sys_vendor)" "$(line $dmi/product_name)" "$(line $dmi/product_serial)" "$(line $dmi/product_uuid | tr A-F a-f)" \
    "$(line $dmi/bios_vendor)" "$(line $dmi/bios_version)" "$(line $dmi/bios_date)"
  fact firmware "$(firmware)" "$(secure_boot)"
  fact memory "$(awk '/^MemTotal:/ { printf "%.0f\n", $2 * 1024 }' "$PROC/meminfo")"
  # Sockets and cores from the ids of each thread; a hypervisor that gives none has one of each.
  awk -F'\t*: *' '
    $1 == "processor" { threads++ }
    $1 == "model name" && model == "" { model = $2 }
    $1 == "physical id" { package = $2; sockets[package] }
    $1 == "core id" { cores[package "/" $2] }
    $1 == "flags" { if ((" " $2 " ") ~ / (vmx|svm) /) vt = "true" }
    END { s = 0; for (i in sockets) s++; c = 0; for (i in cores) c++
          printf "cpu\t%s\t%d\t%d\t%d\t%s\n", model, s ? s : 1, c ? c : threads, threads, vt == "" ? "false" : vt }' "$PROC/cpuinfo"
}

disk_facts() {
  local name rotational
  for name in $(disk_names); do
    case $(line "$SYS/block/$name/queue/rotational") in 1) rotational=true ;; *) rotational=false ;; esac
    fact disk "$name" "$(disk_path "$name")" "$(disk_bytes "$name")" "$(disk_serial "$name")" "$(disk_wwn "$name")" "$(disk_model "$name")" \
      "$rotational" "$(disk_has_data "$name")" "$(disk_guid "$name")"
  done
}

driver_of() { readlink "$SYS/class/net/$1/device/driver" 2>/dev/null | sed 's|.*/||'; }
# The nearest PCI function above it: virtio sits on one.
pci_of() { readlink -f "$SYS/class/net/$1/device" | tr / '\n' | grep -E '^[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$' | tail -n 1; }

nic_facts() {
  local dir name speed carrier
  for dir in "$SYS"/class/net/*; do
    name=${dir##*/}
    # Ethernet only, and no virtual functions of a card that is listed itself.
    [ -e "$dir/device" ] && [ "$(line "$dir/type")" = 1 ] && [ ! -e "$dir/device/physfn" ] || continue
    speed=$(line "$dir/speed")
    [ "${speed:-0}" -gt 0 ] 2>/dev/null || speed=0
    case $(line "$dir/carrier") in 1) carrier=true ;; *) carrier=false ;; esac
    fact nic "$name" "$(line "$dir/address")" "$speed" "$carrier" "$(driver_of "$name")" "$(pci_of "$name")"
    [ ! -s "$run/lldp/$name" ] || fact neighbour "$name" "$(cat "$run/lldp/$name")"
  done
}

make_inventory() { { system_facts; disk_facts; nic_facts; } | awk -f "${lib:-/usr/lib/agent}/inventory.awk"; }
