# Which packages, in which versions: asked of apt with an empty machine in mind, so that the build machine's own packages don't matter.

# apt_in FOLDER ARCHITECTURE ARGUMENTS: apt on lists of its own and an empty dpkg status; the machine's proxy settings stay in force.
apt_in() {
  local folder=$1 arch=$2
  shift 2
  apt-get -q -o "Dir::State::Lists=$folder/lists" -o "Dir::State::Status=$folder/status" -o "Dir::Etc::SourceList=$folder/sources.list" \
    -o Dir::Etc::SourceParts=/dev/null -o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null \
    -o "Dir::Cache=$folder" -o "Dir::Cache::Archives=$cache/archives" -o APT::Sandbox::User=root -o "APT::Architecture=$arch" \
    -o "APT::Architectures=$arch" -o APT::Install-Recommends=false -o Acquire::Languages=none -o Acquire::Retries=2 \
    -o Acquire::http::Timeout=15 -o Debug::NoLocking=true -o DPkg::Post-Invoke= -o APT::Update::Post-Invoke-Success= "$@"
}
apt_here() { apt_in "$cache" amd64 "$@"; }

# write_sources FOLDER RELEASE
write_sources() {
  local folder=$1 release=$2 key='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]'
  local sources
  sources=$(printf 'deb %s %s %s main\n' "$key" "$mirror" "$release" "$key" "$mirror" "$release-updates" \
    "$key" "${mirror%/debian}/debian-security" "$release-security")
  mkdir -p "$folder/lists/partial" "$cache"/{archives,none}/partial
  : >"$folder/status"
  [[ -e $folder/sources.list && $(cat "$folder/sources.list") == "$sources" ]] || { rm -f "$folder/asked"; echo "$sources" >"$folder/sources.list"; }
}

# update_lists FOLDER ARCHITECTURE: lists of the last hour are new enough; without a mirror the ones kept from before serve.
update_lists() {
  local folder=$1 arch=$2
  [[ -z $(find "$folder/asked" -mmin -60 2>/dev/null) ]] || return 0
  say "asking $mirror for today's package versions ($arch)"
  if timeout 180 bash -c "$(declare -f apt_in); cache='$cache'; apt_in '$folder' $arch update" >"$folder/update.log" 2>&1 \
    && ! grep -q '^[WE]: Failed to fetch' "$folder/update.log"; then
    touch "$folder/asked"
  elif compgen -G "$folder/lists/*_Packages*" >/dev/null; then
    say "$mirror doesn't answer; the versions known from before are taken"
  else
    fail "no package lists from $mirror: $(grep -m 1 -E '^(E|W|Err)' "$folder/update.log" || echo 'no answer in 3 minutes')"
  fi
}

# kernel_package FOLDER ARCHITECTURE META: the kernel that a meta package stands for today.
kernel_package() {
  local kernel
  kernel=$(apt_in "$1" "$2" -s install "$3" 2>"$cache/solve.log" | sed -n 's/^Inst \(linux-image-[0-9][^ ]*\) .*/\1/p' | head -n 1)
  [[ $kernel ]] || fail "apt finds no kernel for $3: $(grep -m 1 '^E:' "$cache/solve.log" || echo "see $cache/solve.log")"
  echo "$kernel"
}

# Writes $cache/resolved: one line a package, "URI name_version.deb SIZE HASH", the kernel's first.
resolve_packages() {
  write_sources "$cache" "$suite"
  update_lists "$cache" amd64
  local wanted kernel
  wanted=$(grep -v '^#' "$here/ramdisk/packages" | grep .)
  kernel=$(kernel_package "$cache" amd64 linux-image-amd64)
  # The kernel without what it depends on (that is for an installed system), the programs with it.
  # An empty archive, or apt leaves out what it has downloaded before.
  { apt_here --print-uris download "$kernel" && apt_here -o Dir::Cache::Archives="$cache/none" -y --print-uris install $wanted; } 2>"$cache/solve.log" |
    sed -n "s/^'\([^']*\)' \([^ ]*\.deb\) \([0-9]*\) \(.*\)$/\1 \2 \3 \4/p" >"$cache/resolved.new" ||
    fail "apt cannot choose the packages: $(grep -m 1 '^E:' "$cache/solve.log" || echo "see $cache/solve.log")"
  grep -q "^[^ ]* ${kernel}_" "$cache/resolved.new" || fail "apt names no file for $kernel; see $cache/solve.log"
  mv "$cache/resolved.new" "$cache/resolved"
}

fetch_packages() {
  local count=0 bytes=0 uri file size hash
  while read -r uri file size hash; do
    [[ -e $cache/archives/$file ]] || { count=$((count + 1)); bytes=$((bytes + size)); }
  done <"$cache/resolved"
  if ((count)); then
    say "downloading $count packages, $((bytes / 1000000)) MB"
    local kernel
    kernel=$(head -n 1 "$cache/resolved" | cut -d' ' -f2 | cut -d_ -f1)
    (cd "$cache/archives" && timeout 900 bash -c "$(declare -f apt_in apt_here); cache='$cache'; apt_here download $kernel && apt_here -y --download-only install $(grep -v '^#' "$here/ramdisk/packages" | tr '\n' ' ')") \
      >"$cache/fetch.log" 2>&1 || fail "packages could not be downloaded from $mirror: $(grep -m 1 '^E:' "$cache/fetch.log" || echo 'no end in 15 minutes')"
  fi
  while read -r uri file size hash; do
    [[ $(stat -c %s "$cache/archives/$file" 2>/dev/null) == "$size" ]] || fail "$file is not in $cache/archives as the mirror announced it; remove that folder and try again"
  done <"$cache/resolved"
}

# Everything into one tree; bin, sbin and lib are folders of /usr, as in the ramdisk.
unpack_packages() {
  say "unpacking $(wc -l <"$cache/resolved") packages"
  local uri file rest
  pool=$work/pool
  mkdir -p "$pool"/usr/{bin,sbin,lib,lib64}
  ln -s usr/bin usr/sbin usr/lib usr/lib64 "$pool/"
  while read -r uri file rest; do
    dpkg-deb --fsys-tarfile "$cache/archives/$file" |
      tar -x -C "$pool" --keep-directory-symlink --no-same-owner --exclude='./usr/share/*' || fail "$file cannot be unpacked; remove $cache/archives and try again"
  done <"$cache/resolved"
}

# A program of the pool, on the pool's own libraries: same versions, same bytes, whatever the build machine is.
pooled() {
  local program=$1
  shift
  "$pool/usr/lib64/ld-linux-x86-64.so.2" --library-path "$pool/usr/lib/x86_64-linux-gnu" "$pool/$program" "$@"
}
