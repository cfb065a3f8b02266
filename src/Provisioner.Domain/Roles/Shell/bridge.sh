# bridge NAME ADDRESSES PORT...: a Linux bridge, made again at each start by a unit of its own.
bridge() {
  bridge=$1 addresses=$2
  shift 2
  # shellcheck disable=SC2016 # the unit's shell expands it
  deeds="ip link show dev $bridge >/dev/null 2>&1 || ip link add name $bridge type bridge; ip link set dev $bridge up"
  for port; do deeds="$deeds; ip link set dev $port master $bridge; ip link set dev $port up"; done
  [ -z "$addresses" ] || for address in $addresses; do deeds="$deeds; ip address replace $address dev $bridge"; done
  file "/etc/systemd/system/provisioner-bridge-$bridge.service" 644 root root "[Unit]
Description=Bridge $bridge
Wants=network-pre.target
After=network-pre.target systemd-udevd.service
Before=network.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -ec '$deeds'

[Install]
WantedBy=multi-user.target
"
  case $(systemctl is-enabled "provisioner-bridge-$bridge.service" 2>/dev/null || :) in
    enabled) ;;
    *) if change "bridge $bridge: at each start"; then systemctl daemon-reload; systemctl enable --quiet "provisioner-bridge-$bridge.service" 3>&-; fi ;;
  esac
  bridge_is_whole "$@" && return 0
  change "bridge $bridge: made" || return 0
  systemctl daemon-reload
  systemctl restart "provisioner-bridge-$bridge.service" || :
  bridge_is_whole "$@" || { systemctl status --no-pager "provisioner-bridge-$bridge.service" || :; fail "the bridge $bridge could not be made"; }
}
bridge_is_whole() {
  [ -d "/sys/class/net/$bridge/bridge" ] || return 1
  for port; do [ -e "/sys/class/net/$bridge/brif/$port" ] || return 1; done
  for address in $addresses; do ip -o address show dev "$bridge" | grep -qwF "$address" || return 1; done
}
