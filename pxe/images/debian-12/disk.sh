# From a tree to a disk: GPT, GRUB for BIOS and UEFI, ext4. Sourced by build.

sector=512
mib=$((1024 * 1024))
core_at=34 core_end=2047 # the BIOS boot partition: the room between the GPT and the first MiB

write_disk() {
  local root=$1 disk=$2 root_at=$((129 * mib)) size uuid esp
  uuid=$(</proc/sys/kernel/random/uuid)
  esp=$(head -c 4 /dev/urandom | od -An -tx4 | tr -d " " | tr a-f A-F)
  boot_configuration "$root" "$uuid" "${esp:0:4}-${esp:4:4}"
  # A tenth to spare: the image is a server's disk only after it was grown.
  size=$(($(du -sm --apparent-size "$root" | cut -f1) * 112 / 100 + 96))
  truncate -s $((root_at + (size + 1) * mib)) "$disk"
  sfdisk -q "$disk" <<TABLE
label: gpt
first-lba: $core_at
start=$core_at, size=$((core_end - core_at + 1)), type=21686148-6449-6E6F-744E-656564454649, name=bios
start=2048, size=$((128 * mib / sector)), type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, name=esp
start=$((root_at / sector)), size=$((size * mib / sector)), type=4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709, name=root
TABLE
  # No orphan_file and no metadata_csum_seed: GRUB 2.06 and older rescue systems read it all the same.
  mke2fs -q -t ext4 -O ^orphan_file,^metadata_csum_seed -E "lazy_itable_init=0,lazy_journal_init=0,offset=$root_at" \
    -m 1 -U "$uuid" -L root -d "$root" "$disk" "${size}M"
  write_esp "$root" "$uuid" "$esp" "$disk"
  write_bios_grub "$root" "$disk"
}

# The same command line that update-grub makes of /etc/default/grub when a kernel is upgraded later.
boot_configuration() {
  local root=$1 uuid=$2 esp=$3 kernel
  kernel=$(cd "$root/boot" && ls vmlinuz-* | sort -V | tail -1)
  mkdir -p "$root/boot/efi" "$root/boot/grub"
  printf 'UUID=%s / ext4 errors=remount-ro 0 1\nUUID=%s /boot/efi vfat umask=0077,nofail,x-systemd.automount 0 0\n' "$uuid" "$esp" >"$root/etc/fstab"
  cat >"$root/boot/grub/grub.cfg" <<GRUB
set timeout=1
set default=0
search --no-floppy --fs-uuid --set=root $uuid
menuentry 'Debian GNU/Linux' {
  linux /boot/$kernel root=UUID=$uuid ro $(. "$root/etc/default/grub" && echo "$GRUB_CMDLINE_LINUX $GRUB_CMDLINE_LINUX_DEFAULT")
  initrd /boot/${kernel/vmlinuz/initrd.img}
}
GRUB
}

# The removable path needs no entry in the firmware's memory, so a written disk starts in any machine. Debian's signed
# shim and GRUB: Secure Boot may stay on.
write_esp() {
  local root=$1 uuid=$2 esp=$3 disk=$4 fat=$work/esp.fat
  truncate -s $((128 * mib)) "$fat"
  mformat -i "$fat" -F -N "$esp" -v ESP ::
  mmd -i "$fat" ::/EFI ::/EFI/BOOT ::/EFI/debian
  mcopy -i "$fat" "$root/usr/lib/shim/shimx64.efi.signed" ::/EFI/BOOT/BOOTX64.EFI
  mcopy -i "$fat" "$root/usr/lib/shim/mmx64.efi.signed" ::/EFI/BOOT/mmx64.efi
  mcopy -i "$fat" "$root/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed" ::/EFI/BOOT/grubx64.efi
  printf 'search.fs_uuid %s root\nset prefix=($root)/boot/grub\nconfigfile $prefix/grub.cfg\n' "$uuid" |
    mcopy -i "$fat" - ::/EFI/debian/grub.cfg
  dd if="$fat" of="$disk" bs=1M seek=1 conv=notrunc,sparse status=none
  rm "$fat"
}

# What grub-bios-setup does, on a file: boot.img in the first sector with the core's place in it (offset 0x5c), the
# core behind the GPT with the place of its own rest (its first sector's last block list, offset 500). GRUB's
# include/grub/i386/pc/boot.h names the offsets.
write_bios_grub() {
  local root=$1 disk=$2
  chroot "$root" grub-mkimage -O i386-pc -o /core.img -p '(,gpt3)/boot/grub' biosdisk part_gpt ext2 normal configfile search search_fs_uuid linux
  local size
  size=$(stat -c %s "$root/core.img")
  ((size <= (core_end - core_at + 1) * sector)) || die "GRUB's core has grown to $size bytes and does not fit its partition"
  cp -r "$root/usr/lib/grub/i386-pc/boot.img" "$work/boot.img"
  le64 "$core_at" | dd of="$work/boot.img" bs=1 seek=$((0x5c)) conv=notrunc status=none
  printf '\x90\x90' | dd of="$work/boot.img" bs=1 seek=$((0x66)) conv=notrunc status=none # the drive check: some BIOSes pass nonsense
  le64 $((core_at + 1)) | dd of="$root/core.img" bs=1 seek=500 conv=notrunc status=none
  dd if="$work/boot.img" of="$disk" bs=440 count=1 conv=notrunc status=none
  dd if="$root/core.img" of="$disk" bs=$sector seek=$core_at conv=notrunc status=none
}
le64() { local i; for i in 0 8 16 24 32 40 48 56; do printf "\\x$(printf %02x $((($1 >> i) & 255)))"; done; }
