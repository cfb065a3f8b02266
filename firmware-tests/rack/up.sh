# rack up: the network, then each server's folder and BMC. Sourced by rack.

up() {
  local subnet=10.77.0 specs=()
  name=demo dir=''
  while (($#)); do
    case $1 in
      --name) name=${2:?}; shift ;;
      --subnet) subnet=${2:?}; shift ;;
      --dir) dir=${2:?}; shift ;;
      --server) specs+=("${2:?}"); shift ;;
      *) die "up: no such option: $1 (rack help)" ;;
    esac
    shift
  done
  locate "$name"
  [[ $EUID == 0 ]] || die "needs root: it makes network namespaces (run it with sudo)"
  [[ $subnet =~ ^([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})$ ]] || die "--subnet is the first three numbers of a /24, as 10.77.0; got '$subnet'"
  ((${#specs[@]} >= 1 && ${#specs[@]} <= 80)) || die "up: give 1 to 80 --server name=…"
  [[ ! -e $dir/rack && ! -e /run/netns/$ns ]] || die "rack $name is up already (in $dir); \`rack down $name\` ends it"
  [[ ! -e $dir || -z $(ls -A "$dir") ]] || die "$dir is not empty and not a rack; choose another --dir"
  ! ip -4 -o addr | grep -q " $subnet\." || die "this machine has an address in $subnet.0/24 already; choose another --subnet"
  local tool
  local tools='ipmi_sim:openipmi ipmitool:ipmitool'
  [[ "${specs[*]}" == *firmware=arm* ]] && tools+=' qemu-system-aarch64:qemu-system-arm'
  [[ "${specs[*]}" == *firmware=arm* && ${#specs[@]} == 1 ]] || tools+=' qemu-system-x86_64:qemu-system-x86'
  for tool in $tools; do
    command -v "${tool%:*}" >/dev/null || die "${tool%:*} is missing; apt-get install ${tool#*:}"
  done
  trap 'set +e; echo "$me: up failed; removing what was made" >&2; trap - EXIT; down; exit 1' EXIT
  mkdir -p "$dir/servers"
  chmod 700 "$dir"
  echo "$subnet" >"$dir/rack"
  [[ $dir == /tmp/provisioner-rack-$name ]] || ln -sfn "$dir" "/tmp/provisioner-rack-$name"
  make_network
  local i=0 spec
  for spec in "${specs[@]}"; do i=$((i + 1)); make_server "$i" "$spec"; done
  trap - EXIT
  echo "rack $name: $i server(s), appliance side $host $subnet.1/24, folder $dir"
}

# The bridge neither learns late nor speaks: no spanning tree, no forward delay, no multicast snooping.
make_network() {
  ip netns add "$ns"
  ip -n "$ns" link set lo up
  ip -n "$ns" link add br0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0
  ip link add "$host" type veth peer name uplink netns "$ns"
  ip -n "$ns" link set uplink master br0 up
  ip -n "$ns" link set br0 up
  ip -n "$ns" route add "$subnet.0/24" dev br0
  ip addr add "$subnet.1/24" dev "$host"
  ip link set "$host" up
}

make_server() {
  local index=$1 spec=$2 pair key value
  local server='' firmware=bios vendor=hp disk=8G data='' memory=1536 cpus=1 cpu=Westmere nic=virtio bus=virtio mac='' serial='' rom='' net=pxe cards=1 nice=0 cd=''
  local IFS=,
  for pair in $spec; do
    key=${pair%%=*} value=${pair#*=}
    case $key in
      name) server=$value ;;
      firmware | vendor | disk | data | memory | cpus | cpu | nic | bus | mac | serial | rom | net | cards | nice | cd) printf -v "$key" %s "$value" ;;
      *) die "--server: no such key '$key' in '$spec'" ;;
    esac
  done
  unset IFS
  [[ $server =~ ^[a-z][a-z0-9-]{0,30}$ ]] || die "--server: name=… must be 1–31 of a–z, 0–9 and -; got '$server'"
  [[ $firmware =~ ^(bios|uefi|secure|uefi32|arm64|arm32)$ ]] || die "--server $server: firmware is bios, uefi, secure, uefi32, arm64 or arm32, not '$firmware'"
  # SeaBIOS knows no network but by a ROM; QEMU's ROM for UEFI is iPXE too, and bypasses the firmware's own network stack.
  [[ -n $rom ]] || { [[ $firmware =~ ^(bios|uefi)$ ]] && rom=ipxe || rom=none; }
  [[ $rom =~ ^(ipxe|none)$ ]] || die "--server $server: rom is ipxe or none, not '$rom'"
  [[ $net == pxe || $net == http && $rom == none ]] || die "--server $server: net is pxe, or http with rom=none; not '$net'"
  firmware_files
  [[ $nic =~ ^(virtio|e1000)$ ]] || die "--server $server: nic is virtio or e1000, not '$nic'"
  [[ $bus =~ ^(virtio|scsi|sata)$ ]] || die "--server $server: bus is virtio, scsi or sata, not '$bus'"
  [[ $disk =~ ^[0-9]+[KMGT]$ && $memory =~ ^[0-9]+$ && $cpus =~ ^[0-9]+$ ]] || die "--server $server: disk=8G memory=1536 (MiB) cpus=1; got '$spec'"
  [[ -z $data || $data =~ ^[0-9]+[KMGT]$ && $bus == virtio ]] || die "--server $server: data=4G is the size of a second disk, and goes with bus=virtio; got '$spec'"
  [[ $cards =~ ^[12]$ && $nice =~ ^1?[0-9]$ && $cpu =~ ^[A-Za-z0-9_.-]+$ ]] || die "--server $server: cards is 1 or 2, nice is 0 to 19, cpu a name that qemu -cpu help has; got '$spec'"
  [[ -z $cd || $cd == /* && -f $cd && $cd != *[[:space:]]* ]] || die "--server $server: cd is the whole path of an image; got '$cd'"
  face "$vendor"
  local digest s=$dir/servers/$server
  digest=$(printf '%s/%s' "$name" "$server" | md5sum)
  [[ -n $mac ]] || mac=$(printf '52:54:00:%s:%s:%02x' "${digest:0:2}" "${digest:2:2}" "$index")
  [[ $mac =~ ^([0-9a-f]{2}:){5}[0-9a-f]{2}$ ]] || die "--server $server: mac must be six lower-case hex pairs; got '$mac'"
  [[ -n $serial ]] || serial=$(printf '%s%s%02d' "$mark" "$(tr a-f A-F <<<"${digest:4:6}")" "$index")
  [[ ! -e $s ]] || die "--server: two servers are named '$server'"
  mkdir -p "$s/bmc"
  cat >"$s/settings" <<SETTINGS
server=$server firmware=$firmware vendor=$vendor memory=$memory cpus=$cpus cpu=$cpu nic=$nic bus=$bus rom=$rom net=$net code=$code cards=$cards nice=$nice cd=$cd
mac=$mac serial=$serial uuid=${digest:0:8}-${digest:8:4}-4${digest:13:3}-8${digest:17:3}-${digest:20:12}
maker='$maker' product='$product' bios_vendor='$bios_vendor' maker_id=$maker_id product_id=$product_id
ns=$ns tap=tap$index outside_tap=out$index bmc_address=$subnet.$((10 + index)) bmc_mac=${mac/52:54:00/52:54:0b} bmc_gateway=$subnet.1
kcs_port=$((9000 + index)) console_port=$((9100 + index))
SETTINGS
  truncate -s "$disk" "$s/disk.raw"
  [[ $firmware == bios ]] || cp "$vars" "$s/vars.fd"
  : >"$s/console.log"
  ip -n "$ns" tuntap add dev "tap$index" mode tap
  ip -n "$ns" link set "tap$index" master br0 up
  [[ -z $data ]] || truncate -s "$data" "$s/data.raw"
  [[ $cards == 1 ]] || second_card "out$index"
  start_bmc "$s"
}

# The second card hangs on a switch of its own, at which the rack's namespace is the outside: 203.0.113.1 (RFC 5737's example network).
second_card() {
  if ! ip -n "$ns" link show br1 >/dev/null 2>&1; then
    ip -n "$ns" link add br1 type bridge stp_state 0 forward_delay 0 mcast_snooping 0
    ip -n "$ns" addr add 203.0.113.1/24 dev br1
    ip -n "$ns" link set br1 up
  fi
  ip -n "$ns" tuntap add dev "$1" mode tap
  ip -n "$ns" link set "$1" master br1 up
}

# UEFI's code and the variables that it starts with; secure: with Microsoft's keys, as servers come.
firmware_files() {
  code='' vars=''
  case $firmware in
    uefi) code=/usr/share/OVMF/OVMF_CODE_4M.fd vars=/usr/share/OVMF/OVMF_VARS_4M.fd ;;
    secure) code=/usr/share/OVMF/OVMF_CODE_4M.secboot.fd vars=/usr/share/OVMF/OVMF_VARS_4M.ms.fd ;;
    uefi32) code=/usr/share/OVMF/OVMF32_CODE_4M.secboot.fd vars=/usr/share/OVMF/OVMF32_VARS_4M.fd ;;
    arm64) code=/usr/share/AAVMF/AAVMF_CODE.fd vars=/usr/share/AAVMF/AAVMF_VARS.fd ;;
    arm32) code=/usr/share/AAVMF/AAVMF32_CODE.fd vars=/usr/share/AAVMF/AAVMF32_VARS.fd ;;
  esac
  [[ -z $code || -e $code && -e $vars ]] || die "--server $server: $code or $vars is missing; apt-get install ovmf ovmf-ia32 qemu-efi-aarch64 qemu-efi-arm"
}

# What DMI and the BMC say of the maker: the IANA enterprise number is what drivers choose their quirks by.
face() {
  case $1 in
    hp) maker=HP product='ProLiant DL360 G7' bios_vendor=HP maker_id=11 product_id=8192 mark=CZJ ;;
    dell) maker='Dell Inc.' product='PowerEdge R620' bios_vendor='Dell Inc.' maker_id=674 product_id=256 mark=DLL ;;
    supermicro) maker=Supermicro product=X9DRi-LN4+ bios_vendor='American Megatrends Inc.' maker_id=10876 product_id=1572 mark=SMC ;;
    *) die "--server: vendor is hp, dell or supermicro, not '$1'" ;;
  esac
}

start_bmc() (
  . "$1/settings"
  ip -n "$ns" addr replace "$bmc_address/32" dev br0
  (umask 077; tr -dc a-km-z2-9 </dev/urandom | head -c 12 >"$1/frontpanel") || true
  (umask 077; cat >"$1/lan.conf") <<LAN
name "$server"
set_working_mc 0x20
  startlan 1
    addr $bmc_address 623
    priv_limit admin
    allowed_auths_callback md5
    allowed_auths_user md5
    allowed_auths_operator md5
    allowed_auths_admin md5
    guid ${uuid//-/}
    lan_config_program "$here/bmc-lan $1"
  endlan
  chassis_control "$here/bmc-chassis $1"
  serial kcs 127.0.0.1 $kcs_port codec VM
  sol "tcp:127.0.0.1:$console_port" 115200
  user 1 false "" "" user 10 md5
  user 2 true "frontpanel" "$(cat "$1/frontpanel")" admin 10 md5
LAN
  cat >"$1/bmc.emu" <<EMU
mc_setbmc 0x20
mc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f $maker_id $product_id persist_sdr
sel_enable 0x20 1000 0x0a
mc_enable 0x20
EMU
  setsid ip netns exec "$ns" ipmi_sim -n -c "$1/lan.conf" -f "$1/bmc.emu" -s "$1/bmc" </dev/null >"$1/bmc.log" 2>&1 &
  echo $! >"$1/bmc.pid"
  s=$1
  local tries
  sleep 0.1
  for ((tries = 0; tries < 50; tries++)); do
    kill -0 "$(cat "$1/bmc.pid")" 2>/dev/null || die "the BMC of $server ended at once: $(tail -3 "$1/bmc.log")"
    bmc mc info >/dev/null 2>&1 && return 0
    sleep 0.1
  done
  die "the BMC of $server does not answer at $bmc_address: $(tail -3 "$1/bmc.log")"
)
