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
  for port; do
    [ "$(ovs port-to-br "$port" 2>/dev/null || :)" != "$bridge" ] || continue
    change "bridge $bridge: port $port" || continue
    ip link set "$port" up || fail "there is no interface $port here"
    ovs --if-exists del-port "$port" -- add-port "$bridge" "$port"
  done
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
