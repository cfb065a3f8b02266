# An address by DHCP: first on the interface that the firmware booted from, then on any with a carrier.

# Interfaces with hardware behind them.
hardware_interfaces() {
  local dir
  for dir in /sys/class/net/*/device; do
    [ -e "$dir" ] || continue
    dir=${dir%/device}
    [ "$(cat "$dir/type")" = 1 ] && echo "${dir##*/}"
  done
}

# BOOTIF=01-52-54-00-aa-bb-cc of the kernel command line, as an interface's name; empty while its driver isn't there.
boot_interface() {
  local mac name
  mac=$(boot_mac)
  for name in $(hardware_interfaces); do
    [ -n "$mac" ] && [ "$(cat "/sys/class/net/$name/address")" = "$mac" ] && echo "$name" && return
  done
}
boot_mac() { argument BOOTIF | sed 's/^01-//; s/-/:/g' | tr A-F a-f; }

# argument NAME: its value on the kernel command line.
argument() { tr ' ' '\n' <"${cmdline:-/proc/cmdline}" | sed -n "s/^$1=//p" | tail -n 1; }

has_carrier() { [ "$(cat "/sys/class/net/$1/carrier" 2>/dev/null)" = 1 ]; }

# lease_on INTERFACE: udhcpc stays to renew. -C: no client id, so that the lease is the firmware's own, by MAC.
lease_on() {
  timeout 60 udhcpc -i "$1" -C -n -t 5 -T 2 -A 1 -V provisioner-agent -s /usr/lib/agent/lease -p "/run/udhcpc.$1.pid" >>"$run/udhcpc.log" 2>&1
}

raise_interfaces() {
  local name
  for name in $(hardware_interfaces); do
    [ -e "$run/up.$name" ] || { ip link set "$name" up 2>/dev/null && : >"$run/up.$name"; }
  done
}

# get_address: until there is one; 10 minutes at the most, then the firmware is given another try.
get_address() {
  local first name ends told= tries
  clock; ends=$((now + 600))
  while clock; [ "$now" -lt "$ends" ]; do
    raise_interfaces
    first=$(boot_interface)
    if [ -z "$first" ] && [ -z "$told" ]; then
      # A card's driver may still be starting: 15 seconds for the right one before any other is asked.
      tries=0
      until first=$(boot_interface); [ -n "$first" ] || [ $tries -ge 60 ]; do
        tries=$((tries + 1))
        [ $tries != 8 ] || say "Waiting for the network card $(boot_mac) that this machine booted from"
        sleep 0.25
      done
      raise_interfaces
      told=1
    fi
    for name in $first $(hardware_interfaces | grep -vx "${first:-none}"); do
      [ "$name" != "$first" ] || wait_for_carrier "$name"
      has_carrier "$name" || continue
      lease_on "$name" && { say "Address $(cat "$run/address")"; return 0; }
      say "No DHCP answer on $name: is the appliance running, and does the cable of $(cat "/sys/class/net/$name/address") go to its network?"
    done
    [ -n "$(hardware_interfaces)" ] || say "No network card is known to the ramdisk's kernel: its driver is missing"
    sleep 3
  done
  give_up "No address by DHCP in 10 minutes: check cable, switch port and appliance; the machine restarts now" reboot
}

wait_for_carrier() {
  local tries=0
  until has_carrier "$1" || [ $tries -ge 60 ]; do
    tries=$((tries + 1))
    [ $tries != 12 ] || say "No link on $1 ($(cat "/sys/class/net/$1/address")): is the cable in, is the switch port on?"
    sleep 0.25
  done
}
