# The signed chain and ARM64: packages of other releases and architectures, each asked of an apt of its own. Sourced by build-boot-files.

grub_lines() { grep -v '^#' "$here/grub/$1" | grep .; }
# The folder of a release's and architecture's apt.
apt_folder() { echo "$cache/$1-$2"; }

# Writes $cache/resolved.grub: "RELEASE ARCHITECTURE URI name_version.deb SIZE HASH".
resolve_grub_packages() {
  local release arch package pids='' pid
  # The lists of five apts, together: each is a few seconds of waiting.
  while read -r release arch; do
    write_sources "$(apt_folder "$release" "$arch")" "$release"
    update_lists "$(apt_folder "$release" "$arch")" "$arch" &
    pids+=" $!"
  done < <(grub_lines packages | awk '{ print $1, $2 }' | sort -u)
  for pid in $pids; do wait "$pid" || fail "package lists for GRUB and shim are missing (see above)"; done
  while read -r release arch package; do
    [[ $package != linux-image-* ]] || package=$(kernel_package "$(apt_folder "$release" "$arch")" "$arch" "$package")
    apt_in "$(apt_folder "$release" "$arch")" "$arch" --print-uris download "$package" 2>"$cache/solve.log" |
      sed -n "s/^'\([^']*\)' \([^ ]*\.deb\) \([0-9]*\) \(.*\)$/$release $arch \1 \2 \3 \4/p" | grep . ||
      fail "apt knows no $package for $arch in $release: $(grep -m 1 '^E:' "$cache/solve.log" || echo "see $cache/solve.log")"
  done < <(grub_lines packages) >"$cache/resolved.grub"
}

fetch_grub_packages() {
  local release arch uri file size rest
  while read -r release arch uri file size rest; do
    [[ $(stat -c %s "$cache/archives/$file" 2>/dev/null) == "$size" ]] && continue
    say "downloading $file, $((size / 1000000)) MB"
    (cd "$cache/archives" && timeout 600 bash -c "$(declare -f apt_in); cache='$cache'; apt_in '$(apt_folder "$release" "$arch")' $arch download ${file%%_*}") >"$cache/fetch.log" 2>&1
    [[ $(stat -c %s "$cache/archives/$file" 2>/dev/null) == "$size" ]] || fail "$file could not be downloaded from $mirror: $(grep -m 1 '^E:' "$cache/fetch.log" || echo 'no end in 10 minutes')"
  done <"$cache/resolved.grub"
}

# The files of grub/files into $work/out, and the ramdisk of ARM64.
make_grub_files() {
  local release arch uri file rest name path tree
  while read -r release arch uri file rest; do
    mkdir -p "$work/grub/$release-$arch"
    # Modules of the ARM64 kernel and translations are nine tenths of it all.
    dpkg-deb --fsys-tarfile "$cache/archives/$file" | tar -x -C "$work/grub/$release-$arch" --no-same-owner --exclude='./lib/modules' --exclude='./usr/share' ||
      fail "$file cannot be unpacked; remove $cache/archives and try again"
  done <"$cache/resolved.grub"
  while read -r name release arch path; do
    tree=$work/grub/$release-$arch
    path=$(cd "$tree" && echo $path)
    [[ -f $tree/$path && ! -L $tree/$path ]] || fail "grub/files names $path of $release $arch, but no package of grub/packages has it"
    cp "$tree/$path" "$work/out/$name"
  done < <(grub_lines files)
  tree=$work/arm64
  mkdir -p "$tree"/{bin,dev,proc}
  cp "$work/grub/bookworm-arm64/bin/busybox" "$tree/bin/"
  install -m 755 "$here/grub/init-arm64" "$tree/init"
  pack_tree "$tree" "$work/out/ramdisk-arm64"
}
