# The disks that an operating system could be put on, from sysfs. Not USB, not removable: a stick that someone left in the machine,
# or the BMC's virtual media, must never be taken for the smallest disk.

SYS=${SYS:-/sys}

# A file's first line without control characters and outer blanks; nothing if it can't be read.
line() { head -n 1 "$1" 2>/dev/null | plain; }
# Without control characters and outer blanks; what isn't ASCII (broken firmware strings) becomes a question mark.
plain() { LC_ALL=C tr -d '\000-\037\177' | LC_ALL=C tr '\200-\377' '?' | sed 's/^ *//; s/ *$//'; }

# Names, one a line.
disk_names() {
  local dir name
  for dir in "$SYS"/block/*; do
    name=${dir##*/}
    case $name in loop* | ram* | zram* | sr* | fd* | dm-* | md* | nbd* | mmcblk*boot* | mmcblk*rpmb) continue ;; esac
    [ -e "$dir/device" ] || continue
    [ "$(line "$dir/removable")" != 1 ] && [ "$(line "$dir/ro")" != 1 ] && [ "$(line "$dir/hidden")" != 1 ] || continue
    case $(readlink -f "$dir") in */usb[0-9]*) continue ;; esac
    [ "$(line "$dir/size")" -gt 0 ] 2>/dev/null && echo "$name"
  done
}

# The kernel counts in 512-byte sectors whatever the disk's own are.
disk_bytes() { echo $(($(line "$SYS/block/$1/size") * 512)); }

disk_path() { echo "/dev/$(echo "$1" | tr '!' /)"; }

# virtio: serial; NVMe: device/serial; SCSI and SATA: page 80h of the vital product data, after its 4 bytes of head.
disk_serial() {
  local dir=$SYS/block/$1
  if [ -s "$dir/serial" ]; then line "$dir/serial"
  elif [ -e "$dir/device/vpd_pg80" ]; then tail -c +5 "$dir/device/vpd_pg80" | plain
  else line "$dir/device/serial"
  fi
}

# naa.5000c500… as 0x5000c500…, the spelling of lsblk and of labels; eui. and uuid. of NVMe as they are; t10. and nvme. are no world wide names.
disk_wwn() {
  local wwid
  wwid=$(line "$SYS/block/$1/wwid")
  [ -n "$wwid" ] || wwid=$(line "$SYS/block/$1/device/wwid")
  case $wwid in naa.*) echo "0x${wwid#naa.}" ;; eui.* | uuid.*) echo "$wwid" ;; esac
}

# SATA's vendor is always ATA; some models have their vendor in them.
disk_model() {
  local vendor model
  vendor=$(line "$SYS/block/$1/device/vendor")
  model=$(line "$SYS/block/$1/device/model")
  case $vendor in '' | ATA | 0x*) echo "$model"; return ;; esac
  case $model in "$vendor"*) echo "$model" ;; *) echo "$vendor $model" ;; esac
}

# A disk that can't be read may hold data too.
disk_has_data() {
  local found
  found=$(timeout 20 /usr/sbin/wipefs -n --noheadings -O TYPE "$(disk_path "$1")" 2>/dev/null) || { echo true; return; }
  if [ -n "$found" ]; then echo true; else echo false; fi
}

disk_guid() { timeout 20 /usr/sbin/sfdisk --disk-id "$(disk_path "$1")" 2>/dev/null | grep -ixE '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'; }

# find_disk PATH SERIAL WWN BYTES: the name of exactly the disk that was meant, in $disk; else the reason in $fault, and false.
find_disk() {
  local name matches=0 by value
  if [ -n "$3" ]; then by=WWN; elif [ -n "$2" ]; then by=serial; else by=path; fi
  disk=
  for name in $(disk_names); do
    case $by in
      WWN) value=$(disk_wwn "$name"); [ "$value" = "$3" ] ;;
      serial) value=$(disk_serial "$name"); [ "$value" = "$2" ] ;;
      path) value=$(disk_path "$name"); [ "$value" = "$1" ] ;;
    esac || continue
    matches=$((matches + 1))
    disk=$name
  done
  fault=
  case $matches in
    1) [ "$(disk_bytes "$disk")" = "$4" ] || fault="$(disk_path "$disk") matches by $by, but has $(disk_bytes "$disk") bytes instead of $4: commission the machine again" ;;
    0) fault="the disk that was chosen ($1, serial \"$2\", WWN \"$3\") is not in the machine; it has: $(disk_names | tr '\n' ' ')" ;;
    *) fault="$matches disks have the same $by ($1): multipath cabling? Choose another disk" ;;
  esac
  [ -z "$fault" ]
}

# Drivers may still be finding disks: settled when a look is the same as that of the last round of drivers; 30 seconds at the most.
wait_for_disks() {
  local tries=0
  while [ $tries -lt 60 ]; do
    [ -z "$(disk_names)" ] || [ "$(ls "$SYS/block")" != "$(cat "$seen.settled" 2>/dev/null)" ] || return 0
    [ $tries != 6 ] || [ -n "$(disk_names)" ] || say "No disk yet; waiting up to 30 seconds for its controller"
    tries=$((tries + 1))
    sleep 0.5
  done
}
