# volume_group NAME DEVICE...
volume_group() {
  name=$1
  shift
  if ! command -v vgs >/dev/null; then
    [ -z "$CHECK" ] || { change "volume group $name: made, once LVM is installed" || return 0; }
    fail 'LVM is not installed here: add the package lvm2'
  fi
  for device; do
    [ -b "$device" ] || fail "$device is no disk here"
    owner=$(pvs --noheadings --options vg_name "$device" 2>/dev/null | tr -d ' ' || :)
    [ "$owner" != "$name" ] || continue
    [ -z "$owner" ] || fail "$device belongs to the volume group $owner"
    if ! pvs "$device" >/dev/null 2>&1; then
      found=$(wipefs --noheadings --output TYPE "$device" | tr '\n' ' ')
      [ -z "$found" ] || fail "$device has something on it ($found): wipe it by hand if that may go"
      change "$device: for LVM" || continue
      pvcreate --yes "$device" 3>&-
    fi
    change "volume group $name: $device" || continue
    if vgs "$name" >/dev/null 2>&1; then vgextend "$name" "$device" 3>&-; else vgcreate "$name" "$device" 3>&-; fi
  done
}

# xfs_mount DEVICE PATH OPTIONS OWNER GROUP
xfs_mount() {
  if ! command -v mkfs.xfs >/dev/null; then
    [ -z "$CHECK" ] || { change "$2: mounted, once xfsprogs is installed" || return 0; }
    fail 'XFS is not installed here: add the package xfsprogs'
  fi
  [ -e "$1" ] || fail "$1 is no disk here"
  # blkid(8) ends with 2 where it finds nothing; what it can't name, such as a partition table, wipefs finds.
  type=$(blkid -p -o value -s TYPE "$1" || :)
  case $type in
    xfs) ;;
    '')
      found=$(wipefs --noheadings --output TYPE "$1" | tr '\n' ' ')
      [ -z "$found" ] || fail "$1 has something on it ($found): wipe it by hand if that may go"
      change "$1: XFS made" || return 0
      mkfs.xfs -q "$1" 3>&-
      ;;
    *) fail "$1 has $type on it: wipe it by hand if that may go" ;;
  esac
  options=$3
  [ -b "$1" ] || options=$options,loop
  entry="$1 $2 xfs $options,nofail 0 0"
  next=$(
    ENTRY=$entry WHERE=$2 awk '$0 !~ /^[ \t]*#/ && $2 == ENVIRON["WHERE"] { if (!put) print ENVIRON["ENTRY"]; put = 1; next } { print } END { if (!put) print ENVIRON["ENTRY"] }' /etc/fstab || exit
    printf x
  )
  rewritten /etc/fstab "${next%x}"
  if ! mountpoint -q "$2"; then
    change "$2: mounted" || return 0
    mkdir -p "$2"
    mount "$2"
  fi
  [ "$(stat -c '%U %G' "$2")" = "$4 $5" ] || { change "$2: $4:$5" || return 0; chown "$4:$5" "$2"; }
}
