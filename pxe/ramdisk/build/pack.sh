# From the trees to the files that are served.

pack() {
  local out=$work/out version name path
  version=$(kernel_version)
  mkdir -p "$out"
  cp "$pool/boot/vmlinuz-$version" "$out/kernel"
  while read -r name path; do
    [[ -f $pool/$path && ! -L $pool/$path ]] || fail "ipxe/files names $path, but the package ipxe doesn't have it"
    cp -L "$pool/$path" "$out/$name"
  done < <(grep -v '^#' "$here/ipxe/files")

  # iPXE can't start a local disk on UEFI, and leaving it walks through every other network entry of the firmware first (minutes, seen
  # with OVMF: PXEv6 and HTTPv6 time out). So GRUB looks for the disk's own loader and starts that.
  pooled usr/bin/grub-mkimage -d "$pool/usr/lib/grub/x86_64-efi" -O x86_64-efi -c "$here/ipxe/localboot.cfg" -p /EFI/provisioner \
    -o "$out/localboot.efi" part_gpt part_msdos fat search_fs_file chain boot minicmd || fail "grub-mkimage could not make localboot.efi"

  # One time for all files: that of the kernel in its package.
  export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(stat -c %Y "$pool/boot/vmlinuz-$version")}
  say "packing $(du -sm "$root" | cut -f1) MB into the ramdisk ($compression)"
  pack_tree "$root" "$out/ramdisk"
  pack_tree "$work/signatures" "$out/ramdisk.signatures"
  make_grub_files

  local bytes
  bytes=$(($(stat -c %s "$out/kernel") + $(stat -c %s "$out/ramdisk")))
  ((bytes < 90000000)) || fail "kernel and ramdisk are $((bytes / 1000000)) MB together; 90 MB is the limit: take modules or programs out of the recipe"
  {
    printf '# kernel %s and ramdisk, %d.%d MB together\n' "$version" $((bytes / 1000000)) $((bytes / 100000 % 10))
    (cd "$out" && sha256sum kernel ramdisk * | awk '!seen[$2]++')
    echo '# made from'
    { cut -d' ' -f2 "$cache/resolved"; cut -d' ' -f4 "$cache/resolved.grub"; } | sed 's/%3a/:/g; s/_\([^_]*\)_\([^_]*\)\.deb$/ \1 \2/' | sort
  } >"$work/manifest"
  mv "$work/manifest" "$out/manifest.txt"
}

# pack_tree FOLDER FILE: as a ramdisk, the same bytes from the same tree.
pack_tree() {
  find "$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
  (cd "$1" && find . -mindepth 1 -print0 | sort -z | pooled usr/bin/cpio --null -o -H newc --reproducible -R 0:0 --quiet) >"$work/tree.cpio" ||
    fail "cpio could not pack ${2##*/} (is $cache full?)"
  case $compression in
    zstd) pooled usr/bin/zstd -q -19 -T0 --no-progress -c "$work/tree.cpio" >"$2" ;;
    lz4) pooled usr/bin/lz4 -q -l -12 -c "$work/tree.cpio" >"$2" ;;
    gzip) gzip -9 -n -c "$work/tree.cpio" >"$2" ;;
    *) fail "PROVISIONER_RAMDISK_COMPRESSION is $compression; it can be zstd, lz4 or gzip" ;;
  esac
}
