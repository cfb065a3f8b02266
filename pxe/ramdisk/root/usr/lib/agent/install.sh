# An order to install: a disk's image in ranges through zstd on to the disk, checked, then the disk made this machine's own.

. "${lib:-/usr/lib/agent}/stream.sh"

# read_order FILE: the order's fields as shell variables and its seed files, by one jq. Every value is quoted for the shell by jq's @sh.
read_order() {
  jq -r '(@sh "url_of_image=\(.image.url)", @sh "image_bytes=\(.image.sizeBytes)", @sh "image_sum=\(.image.sha256)", @sh "raw_bytes=\(.image.rawBytes)",
      @sh "root_number=\(.image.rootPartition)", @sh "guid=\(.diskId)", @sh "want_path=\(.disk.path)", @sh "want_serial=\(.disk.serial // "")",
      @sh "want_wwn=\(.disk.wwn // "")", @sh "want_bytes=\(.disk.sizeBytes)", @sh "seed_directory=\(.seed.directory)"),
      "", (.seed.files | to_entries[] | "\(.key)\t\(.value | @base64)")' "$1" >"$run/order.fields" ||
    { fault="the order to install cannot be read: is this ramdisk older than the appliance?"; return 1; }
  eval "$(sed '/^$/,$d' "$run/order.fields")"
  sed '1,/^$/d' "$run/order.fields" >"$run/seed.files"
}

# install_image NUMBER ORDER-FILE
install_image() {
  local number=$1 started fault=
  clock; started=$now
  /usr/sbin/modprobe -a -b -q ext4 &
  if read_order "$2"; then
    show "Installing $(basename "$(dirname "$url_of_image")") on $want_path; do not switch off"
    install_steps >>"$run/install.log" 2>&1
  fi
  clock
  umount /mnt 2>/dev/null
  if [ -z "$fault" ]; then
    say "Installed in $((now - started)) s"
    report "$number" true "" "$((now - started))" "$raw_bytes"
  else
    say "The installation failed: $fault"
    show "The installation failed: $fault"
    report "$number" false "$fault" "$((now - started))" 0
  fi
}

install_steps() {
  wait_for_disks
  find_disk "$want_path" "$want_serial" "$want_wwn" "$want_bytes" || return
  path=$(disk_path "$disk")
  check_disk && progress image 0 "$image_bytes" && clear_disk && write_image && own_disk && write_seed && sync
}

# fail TEXT: the reason, with the tail of what the tools said.
fail() {
  fault=$1
  return 1
}

check_disk() {
  local sector
  [ "$(disk_bytes "$disk")" -ge "$raw_bytes" ] || fail "$path has $(disk_bytes "$disk") bytes and the image needs $raw_bytes: choose a larger disk" || return
  sector=$(line "$SYS/block/$disk/queue/logical_block_size")
  [ "${sector:-512}" = 512 ] || fail "$path has sectors of $sector bytes and the image is made for 512: choose another disk, or format the drive to 512" || return
  [ -z "$(ls "$SYS/block/$disk/holders" 2>/dev/null)" ] || fail "$path is in use in the ramdisk by $(ls "$SYS/block/$disk/holders")"
}

# Nothing old may show through: where the disk can make zeros quickly it does, and the image's own zeros are skipped; elsewhere everything is written.
clear_disk() {
  local discard zeroes
  discard=$(line "$SYS/block/$disk/queue/discard_max_bytes")
  zeroes=$(line "$SYS/block/$disk/queue/write_zeroes_max_bytes")
  sparse=--no-sparse
  [ "${discard:-0}" = 0 ] || timeout 300 /usr/sbin/blkdiscard -f "$path" || true
  if [ "${zeroes:-0}" != 0 ] && { [ "${discard:-0}" != 0 ] || [ "$(line "$SYS/block/$disk/queue/rotational")" = 0 ]; }; then
    timeout 600 /usr/sbin/blkdiscard -f -z -l "$raw_bytes" "$path" && sparse=--sparse
  fi
  # RAID and ZFS labels live at a disk's end, beyond the image.
  timeout 120 /usr/bin/dd if=/dev/zero of="$path" bs=1M count=1 seek=$(($(disk_bytes "$disk") - 1048576)) oflag=seek_bytes conv=notrunc,fsync ||
    fail "$path cannot be written: $(tail_of "$run/install.log")"
}

tail_of() { tail -n 3 "$1" | tr '\n' ' ' | cut -c1-400; }

# The image's table and file systems become this disk's: backup GPT at its end, its own GUID, the last partition as large as can be.
own_disk() {
  local node tries=0
  progress grow 0 1
  say "Checked; growing the last partition"
  {
    timeout 60 sfdisk -q --relocate gpt-bak-std "$path" &&
      timeout 60 sfdisk -q --disk-id "$path" "$guid" &&
      echo ',+' | timeout 60 sfdisk -q -N "$root_number" --force --no-reread --wipe never --wipe-partitions never "$path"
  } || fail "the partition table could not be moved to this disk: $(tail_of "$run/install.log")" || return
  timeout 30 /usr/sbin/blockdev --rereadpt "$path" || true
  case $path in *[0-9]) node=${path}p$root_number ;; *) node=$path$root_number ;; esac
  until [ -b "$node" ] || [ $tries -ge 40 ]; do tries=$((tries + 1)); sleep 0.25; done
  [ -b "$node" ] || fail "$node did not appear after the image was written: has the image a partition $root_number?" || return
  # 0: clean; 1: mended.
  timeout 900 e2fsck -fp "$node"
  [ $? -le 1 ] || fail "the file system of $node is damaged: $(tail_of "$run/install.log")" || return
  timeout 900 resize2fs "$node" || fail "the file system of $node did not grow: $(tail_of "$run/install.log")" || return
  root_node=$node
  progress grow 1 1
}

# The first boot's answers: cloud-init reads them as NoCloud seed.
write_seed() {
  local directory=$seed_directory name text
  progress seed 0 1
  timeout 60 mount -t ext4 "$root_node" /mnt || fail "$root_node cannot be mounted: $(tail_of "$run/install.log")" || return
  case $directory in /*..* | '' | [!/]*) fail "the seed's folder \"$directory\" is not a plain absolute path"; return ;; esac
  mkdir -p -m 0755 "/mnt${directory%/*}" && mkdir -p -m 0700 "/mnt$directory" || fail "$directory cannot be made: $(tail_of "$run/install.log")" || return
  while IFS='	' read -r name text; do
    case $name in '' | */* | .*) fail "the seed names a file \"$name\""; return ;; esac
    printf '%s' "$text" | base64 -d >"/mnt$directory/$name" && chmod 0600 "/mnt$directory/$name" ||
      fail "the seed file $name cannot be written: $(tail_of "$run/install.log")" || return
  done <"$run/seed.files"
  timeout 300 umount /mnt || fail "$root_node cannot be closed: $(tail_of "$run/install.log")" || return
  timeout 300 /usr/sbin/blockdev --flushbufs "$path"
  progress seed 1 1
}

# progress STEP DONE TOTAL: shown on the page; lost without harm.
progress() {
  printf '{"order":%s,"step":"%s","doneBytes":%s,"totalBytes":%s}' "$number" "$1" "$2" "$3" >"$run/progress"
  local answer=$run/progress.answer status
  call 3 POST /progress "$run/progress"
  return 0
}
