# What is shipped, into out/. Nothing is built twice. Sourced by run.

# Names, sizes and times of the sources: any change shows, and asking takes milliseconds.
sources() { find src Directory.* global.json BannedSymbols.txt .editorconfig \( -name bin -o -name obj \) -prune -o -type f -printf '%p %s %T@\n' | sort | sha256sum; }

publish() {
  local stamp=$out/provisioner/.sources now
  now=$(sources)
  [[ -e $stamp && $(<"$stamp") == "$now" ]] && return 0
  say 'building the appliance'
  # ReadyToRun: half of the start's time is compiling. The runtime of the SDK is on this machine, so it isn't copied.
  dotnet publish src/Provisioner.Appliance -c Release -r linux-x64 --self-contained false -p:PublishReadyToRun=true -v q -o "$out/provisioner" >"$out/publish.log" 2>&1 ||
    { cat "$out/publish.log" >&2; die 'the appliance does not build (see above)'; }
  echo "$now" >"$stamp"
}
boot_files() { "$here/pxe/build-boot-files" "$out/boot-files"; }
images() { "$here/pxe/images/debian-12/build" "$out/images"; }

# beside COMMANDS LOG: in a process group of its own, which is ended with us, with all that it has started.
beside() {
  set -m
  (eval "$1") </dev/null >"$2" 2>&1 &
  set +m
  trap "kill -- -$! 2>/dev/null || true" EXIT
}

# Downloads overlap with compiling: on two cores, from nothing, the image alone is two minutes.
build_all() {
  mkdir -p "$out"
  beside 'images && boot_files' "$out/artifacts.log"
  local artifacts=$!
  publish
  [[ -e $out/images/debian-12/image.json && -e $out/boot-files/ramdisk ]] || say "making boot files and image (minutes; they are kept for the next time): tail -f out/artifacts.log"
  wait "$artifacts" || { cat "$out/artifacts.log" >&2; die 'the boot files or the image could not be built (see above)'; }
  trap - EXIT
}
