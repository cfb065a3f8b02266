# ovs_bridge NAME DATAPATH OPTIONS PORT...
ovs_bridge() {
  bridge=$1 datapath=$2 options=$3
  shift 3
  if ! command -v ovs-vsctl >/dev/null; then
    [ -z "$CHECK" ] || { change "bridge $bridge: made, once Open vSwitch is installed" || return 0; }
    fail 'Open vSwitch is not installed here'
  fi
  if ! ovs br-exists "$bridge"; then
    change "bridge $bridge: made" || return 0
    if [ "$datapath" = system ]; then ovs add-br "$bridge"; else ovs add-br "$bridge" -- set bridge "$bridge" "datapath_type=$datapath"; fi
  fi
  [ -z "$options" ] || each "$options" ovs_option bridge "$bridge"
  [ $# -eq 0 ] || ovs_ports_up "$@"
  for port; do
    [ "$(ovs port-to-br "$port" 2>/dev/null || :)" != "$bridge" ] || continue
    change "bridge $bridge: port $port" || continue
    ip link set "$port" up || fail "there is no interface $port here"
    ovs --if-exists del-port "$port" -- add-port "$bridge" "$port"
  done
}
# Open vSwitch remembers its ports over a restart, but not that they were up; a card without an address is nobody else's to switch on.
ovs_ports_up() {
  [ -d /run/systemd/system ] || return 0
  # shellcheck disable=SC2016 # the unit's shell expands it; udev may still be about to name the card
  deeds='for port in '$*'; do n=0; until ip link set dev $port up || [ $n -ge 30 ]; do n=$((n + 1)); sleep 1; done; done'
  file "/etc/systemd/system/provisioner-ovs-$bridge.service" 644 root root "[Unit]
Description=Ports of the bridge $bridge
After=systemd-udevd.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c '$(printf '%s' "$deeds" | sed 's/\$/$$/g')'

[Install]
WantedBy=multi-user.target
"
  case $(systemctl is-enabled "provisioner-ovs-$bridge.service" 2>/dev/null || :) in
    enabled) ;;
    *) if change "bridge $bridge: its ports at each start"; then systemctl daemon-reload; systemctl enable --quiet "provisioner-ovs-$bridge.service" 3>&-; fi ;;
  esac
}
ovs() { ovs-vsctl --timeout=30 "$@" 3>&-; }

# ovs_option TABLE RECORD KEY=VALUE
ovs_option() {
  case $3 in *=*) ;; *) fail "\"$3\" is no option: write key=value" ;; esac
  [ "$(ovs --if-exists get "$1" "$2" "${3%%=*}" 2>/dev/null | tr -d '"')" != "${3#*=}" ] || return 0
  change "$2: $3" || return 0
  ovs set "$1" "$2" "$3"
}

# ovs_port BRIDGE NAME TYPE OPTION...
ovs_port() {
  bridge=$1 port=$2 type=$3
  shift 3
  if ! command -v ovs-vsctl >/dev/null || ! ovs br-exists "$bridge"; then
    [ -z "$CHECK" ] || { change "bridge $bridge: port $port" || return 0; }
    fail "there is no bridge $bridge here"
  fi
  if [ "$(ovs port-to-br "$port" 2>/dev/null || :)" != "$bridge" ]; then
    change "bridge $bridge: port $port" || return 0
    ovs --if-exists del-port "$port" -- add-port "$bridge" "$port"${type:+ -- set interface "$port" "type=$type"}
  elif [ -n "$type" ]; then
    ovs_option interface "$port" "type=$type"
  fi
  for option; do ovs_option interface "$port" "$option"; done
}
