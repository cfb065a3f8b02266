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

# Downloads overlap with compiling: on two cores, from nothing, the image alone is two minutes.
build_all() {
  mkdir -p "$out"
  local at_work=()
  images & at_work+=($!)
  boot_files & at_work+=($!)
  trap 'kill "${at_work[@]}" 2>/dev/null' EXIT
  publish
  local each
  for each in "${at_work[@]}"; do wait "$each" || die 'the boot files or the image could not be built (see above)'; done
  trap - EXIT
}
