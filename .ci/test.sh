# The suites, and their sum. Sourced by run.

results=$out/test-results

test_suites() {
  local wanted=("$@") each
  ((${#wanted[@]})) || wanted=(format fast appliance firmware)
  for each in "${wanted[@]}"; do
    [[ $each =~ ^(format|fast|appliance|firmware|openstack|cold-openstack|network|power|roles|roles-vm|fuzz|kill9)$ ]] || die "test: no such part: $each (format, fast, appliance, firmware; openstack, cold-openstack, network, power, roles, roles-vm, fuzz, kill9)"
  done
  if [[ " ${wanted[*]} " =~ \ (appliance|firmware|openstack|cold-openstack|network|power|roles|roles-vm|kill9)\  ]]; then root test "$@"; fi
  if ((${#wanted[@]} == 4)); then need test; else for each in "${wanted[@]}"; do need "test-$each"; done; fi
  rm -rf "$results"
  mkdir -p "$results"
  broken=()
  local began=$SECONDS artifacts=''
  # What mostly waits for the network goes on beside the compiler; tests with real peers have deadlines and come after it.
  if [[ " ${wanted[*]} " =~ \ (firmware|cold-openstack|network|power|roles-vm)\  ]]; then
    beside 'images && boot_files' "$results/artifacts.log"
    artifacts=$!
  fi
  # One suite needs one project and what it refers to.
  local -A project=([fast]=tests/Provisioner.Tests [appliance]=tests/Provisioner.ApplianceTests [firmware]=firmware-tests [openstack]=firmware-tests [cold-openstack]=firmware-tests [roles-vm]=firmware-tests [format]=Provisioner.sln [fuzz]=tests/Provisioner.Tests [kill9]=tests/Provisioner.ApplianceTests [network]=Provisioner.sln [power]=Provisioner.sln [roles]=Provisioner.sln)
  local what=Provisioner.sln
  ((${#wanted[@]} > 1)) || what=${project[${wanted[0]}]}
  timed build dotnet build "$what" -c Release -v q
  for each in "${wanted[@]}"; do
    case $each in
      format) timed format dotnet format Provisioner.sln --verify-no-changes --no-restore ;;
      fast) suite fast tests/Provisioner.Tests 5m ;;
      appliance) await_artifacts; suite appliance tests/Provisioner.ApplianceTests 25m ;;
      firmware) await_artifacts; firmware --filter 'FullyQualifiedName!~PxeMatrix&FullyQualifiedName!~OpenStack&FullyQualifiedName!~LibvirtWalk&FullyQualifiedName!~RolesVm' ;;
      # Every peer by name: real clients, relays and servers in namespaces, then real firmware.
      network)
        await_artifacts
        named=y suite network tests/Provisioner.ApplianceTests 20m --filter "FullyQualifiedName~.Network.|FullyQualifiedName~.Servers."
        named=y limit=60m firmware --filter FullyQualifiedName~PxeMatrix ;;
      # Every kind of controller, each server of the tested-hardware table by name.
      power)
        await_artifacts
        named=y suite power tests/Provisioner.ApplianceTests 20m --filter "FullyQualifiedName~.Power.|FullyQualifiedName~.Hosts."
        named=y firmware --filter FullyQualifiedName~LibvirtWalk ;;
      # OpenStack Zed, whole, from three bare hosts.
      openstack) publish; PROVISIONER_BINARY=$out/provisioner/provisioner named=y suite openstack firmware-tests 75m --filter FullyQualifiedName~.OpenStackTests ;;
      # The same from three emulated servers that are off: hours. It prints what it does as it goes; PROVISIONER_COLD=FOLDER keeps what stands.
      cold-openstack) await_artifacts; cold_openstack ;;
      # Resources that want a kernel of their own: Open vSwitch, LVM, XFS, on one installed server.
      roles-vm) await_artifacts; zed_image; limit=90m named=y firmware --filter FullyQualifiedName~RolesVm ;;
      # The role engine: reading, planning, golden scripts; then small roles on hosts of their own. All of it is in the normal run too.
      roles)
        suite roles-fast tests/Provisioner.Tests 5m --filter "FullyQualifiedName~.Roles.|FullyQualifiedName~.Bundles."
        named=y suite roles tests/Provisioner.ApplianceTests 15m --filter FullyQualifiedName~.Roles. ;;
      # 10⁸ mutations of each parser and its handler: hours. The fast part runs 10⁶.
      fuzz) PROVISIONER_FUZZ_RUNS=${PROVISIONER_FUZZ_RUNS:-100000000} named=y suite fuzz tests/Provisioner.Tests 24h --filter FullyQualifiedName~Fuzz ;;
      kill9) PROVISIONER_KILLS=${PROVISIONER_KILLS:-500} named=y suite kill9 tests/Provisioner.ApplianceTests 2h --filter FullyQualifiedName~Kill ;;
    esac
  done
  sum $((SECONDS - began))
}

await_artifacts() {
  [[ $artifacts == [0-9]* ]] || return 0
  local began=$SECONDS
  if wait "$artifacts"; then artifacts=built; else artifacts=failed; cat "$results/artifacts.log" >&2; broken+=('boot files and image'); fi
  say "boot files and image: waited $((SECONDS - began)) s more for them"
}

# The walk, and with network the matrix of firmware (minutes a row): firmware-tests/Provisioner.FirmwareTests, against the published appliance and the artifacts.
firmware() {
  [[ ! $artifacts == failed ]] || return 0
  publish
  PROVISIONER_BINARY=$out/provisioner/provisioner PROVISIONER_BOOT_FILES=$out/boot-files PROVISIONER_IMAGES=$out/images \
    suite firmware firmware-tests "${limit-20m}" "$@"
}

# With the packages on the image, what is emulated takes half the time.
zed_image() { timed 'image debian-12-zed' "$here/pxe/images/debian-12-zed/build" "$out/images"; }

cold_openstack() {
  local log=$results/cold-openstack.log follower
  [[ ! $artifacts == failed ]] || return 0
  # PROVISIONER_COLD_IMAGE=debian-12 fetches the packages through the cache.
  [[ ${PROVISIONER_COLD_IMAGE:-debian-12-zed} != debian-12-zed ]] || zed_image
  : >"$log"
  tail -f "$log" >&2 &
  follower=$!
  PROVISIONER_COLD_LOG=$log PROVISIONER_COLD_IMAGE=${PROVISIONER_COLD_IMAGE:-debian-12-zed} limit=6h firmware --filter FullyQualifiedName~ColdOpenStack
  kill "$follower"
}

# suite NAME PROJECT LIMIT [ARGUMENTS]: what failed is printed with its message; with named=y every test.
suite() {
  local began=$SECONDS name=$1 project=$2 limit=$3
  shift 3
  # minimal: what failed, with its message; the log is all that a CI run leaves.
  [[ ${named-} == y ]] && set -- "$@" --logger 'console;verbosity=normal' || set -- "$@" --logger 'console;verbosity=minimal'
  say "$name: running"
  timeout --kill-after=30s "$limit" dotnet test "$project" -c Release --no-build --logger "trx;LogFileName=$name.trx" --results-directory "$results" -v q "$@" >&2 || broken+=("$name")
  say "$name: $((SECONDS - began)) s"
}
timed() {
  local what=$1 began=$SECONDS
  shift
  say "$what: running"
  "$@" >&2 || broken+=("$what")
  say "$what: $((SECONDS - began)) s"
}

# Counted from the result files. A suite that left none, or no test at all, is a failure too.
sum() {
  local passed failed
  passed=$(counters passed)
  failed=$(counters failed error timeout aborted)
  ((${#broken[@]} == 0)) || say "not good: ${broken[*]}"
  say "$1 s in all"
  echo "$passed passed, $failed failed"
  ((${#broken[@]} == 0 && failed == 0)) || return 1
  [[ ${wanted[*]-} == format ]] || ((passed > 0)) || { say 'no test ran'; return 1; }
}
counters() {
  local name total=0 n
  for name; do
    while read -r n; do total=$((total + n)); done < <(grep -ho "<Counters [^>]*" "$results"/*.trx 2>/dev/null | grep -o " $name=\"[0-9]*" | grep -o '[0-9]*$')
  done
  echo "$total"
}
