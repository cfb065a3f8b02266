# The tree that becomes the ramdisk: programs with their libraries, busybox, kernel modules, the agent.

make_root() {
  root=$work/root
  mkdir -p "$root"/usr/{bin,sbin,lib,lib64} "$root"/{dev,proc,sys,run,tmp,mnt,etc,root,var}
  ln -s usr/bin usr/sbin usr/lib usr/lib64 "$root/"
  ln -s ../run "$root/var/run"
  add_programs
  add_modules
  cp -r "$here/ramdisk/root/." "$root/"
  chmod 755 "$root/init" "$root/usr/lib/agent/agent" "$root/usr/lib/agent/lease"
  printf 'made from %s %s\n' "$(kernel_version)" "$(recipe_hash | cut -c1-12)" >"$root/etc/provisioner-ramdisk"
}

add_programs() {
  local program library links
  for program in $(grep -v '^#' "$here/ramdisk/programs" | grep .); do
    [[ -e $pool/$program ]] || fail "ramdisk/programs names $program, but no package has it"
    cp -L "$pool/$program" "$root/$program"
    "$pool/usr/lib64/ld-linux-x86-64.so.2" --library-path "$pool/usr/lib/x86_64-linux-gnu" --list "$pool/$program" >"$work/libraries" 2>&1 ||
      fail "the libraries of $program cannot be listed: $(head -n 1 "$work/libraries")"
    ! grep -q 'not found' "$work/libraries" || fail "$program lacks a library: $(grep -m 1 'not found' "$work/libraries" | xargs)"
    for library in $(sed -n 's/.*=> \([^ ]*\) (.*/\1/p' "$work/libraries"); do
      [[ $library == "$pool"/* ]] || fail "$program takes $library from the build machine"
      mkdir -p "$root/usr/lib/x86_64-linux-gnu"
      cp -Ln "$library" "$root/usr/lib/x86_64-linux-gnu/"
    done
  done
  cp -L "$pool/usr/lib64/ld-linux-x86-64.so.2" "$root/usr/lib64/"
  for program in modprobe insmod lsmod depmod modinfo rmmod; do ln -sf ../bin/kmod "$root/usr/sbin/$program"; done
  # busybox after them: a program of a package goes before busybox's own of that name.
  cp -L "$pool/usr/bin/busybox" "$root/usr/bin/busybox"
  for program in $("$pool/usr/bin/busybox" --list); do
    [[ -e $root/usr/bin/$program || -e $root/usr/sbin/$program ]] || ln -s busybox "$root/usr/bin/$program"
  done
}

kernel_version() { head -n 1 "$cache/resolved" | cut -d' ' -f2 | sed 's/^linux-image-\([^_]*\)_.*/\1/'; }

# The modules that the recipe names, and what they depend on.
add_modules() {
  local version modules name
  version=$(kernel_version)
  modules=$pool/lib/modules/$version
  pooled usr/bin/kmod --version >/dev/null || fail "kmod of the packages doesn't run here"
  depmod_in "$pool" "$version"
  : >"$work/modules"
  for name in $(grep -v '^#' "$here/ramdisk/modules" | grep .); do
    [[ -e $modules/kernel/$name ]] || fail "ramdisk/modules names $name, but kernel $version doesn't have it: name its successor"
    (cd "$modules" && find "kernel/$name" -name '*.ko') >>"$work/modules"
  done
  # modules.dep has every dependency in its line, also those of the dependencies. A module without any ends in a bare colon.
  awk -F: 'NR == FNR { want[$1]; next } $1 in want { print $1; n = split($2, needs, " "); for (i = 1; i <= n; i++) print needs[i] }' \
    "$work/modules" "$modules/modules.dep" | sort -u >"$work/modules.all"
  name=$(sort -u "$work/modules" | comm -23 - "$work/modules.all" | head -n 1)
  [[ ! $name ]] || fail "modules.dep of kernel $version doesn't know $name"
  mkdir -p "$root/lib/modules/$version"
  (cd "$modules" && tar -c -T "$work/modules.all") | tar -x -C "$root/lib/modules/$version"
  find "$root/lib/modules/$version" -name '*.ko' -print0 | while IFS= read -r -d '' name; do unsign "$name"; done
  cp "$modules"/modules.{order,builtin,builtin.modinfo} "$root/lib/modules/$version/"
  depmod_in "$root" "$version"
  # kmod reads the binary indexes; of the texts, only softdep and devname have none.
  (cd "$root/lib/modules/$version" && rm -f modules.{alias,dep,symbols,symbols.bin,builtin,order,builtin.modinfo})
  if [[ -d $pool/lib/firmware/isci ]]; then
    mkdir -p "$root/lib/firmware"
    cp -r "$pool/lib/firmware/isci" "$root/lib/firmware/"
  fi
}

# kmod decides by its name what it is.
depmod_in() {
  ln -sf kmod "$pool/usr/bin/depmod"
  (exec -a depmod "$pool/usr/lib64/ld-linux-x86-64.so.2" --argv0 depmod --library-path "$pool/usr/lib/x86_64-linux-gnu" \
    "$pool/usr/bin/kmod" -b "$1" "$2") >"$work/depmod.log" 2>&1 || fail "depmod for $2: $(tail -n 1 "$work/depmod.log")"
}

# unsign MODULE: a module without its signature loads three times as fast on a slow machine. The signature is kept apart, in $work/signatures:
# GRUB hands it to the kernel with the ramdisk, and where Secure Boot is on modules.sh puts them together again. The trailer:
# kernel/module_signature.c, length as 32 bits before 28 of magic.
unsign() {
  [[ $(tail -c 28 "$1") == "~Module signature appended~" ]] || return 0
  local length kept=$work/signatures/usr/lib/signatures/${1#"$root/"}
  length=$((0x$(tail -c 32 "$1" | head -c 4 | od -An -tx1 | tr -d ' \n') + 40))
  mkdir -p "${kept%/*}"
  tail -c "$length" "$1" >"$kept"
  truncate -s "-$length" "$1"
}
