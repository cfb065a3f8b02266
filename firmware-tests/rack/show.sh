# What staff and tests see and touch: state, power button, console. Sourced by rack.

power() { local said; said=$(bmc power status 2>/dev/null) || said=silent; said=${said##* }; echo "${said:-silent}"; }

status_table() {
  printf '%-12s %-5s %-8s %-16s %-18s %-8s %s\n' SERVER FIRM POWER BMC MAC NEXT CONSOLE
  local each
  for each in "$dir"/servers/*/; do
    server "$(basename "$each")"
    printf '%-12s %-5s %-8s %-16s %-18s %-8s %s\n' "$server" "$firmware" "$(power)" "$bmc_address" "$mac" "$(cat "$s/boot" 2>/dev/null || echo none)" "$s/console.log"
  done
}

status_json() {
  local each comma=''
  printf '{"name":"%s","namespace":"%s","interface":"%s","subnet":"%s","directory":"%s","servers":[' "$name" "$ns" "$host" "$(cat "$dir/rack")" "$dir"
  for each in "$dir"/servers/*/; do
    server "$(basename "$each")"
    printf '%s{"name":"%s","firmware":"%s","vendor":"%s","power":"%s","mac":"%s","serial":"%s","uuid":"%s","bmc":"%s","bmcUser":"frontpanel","bmcPasswordFile":"%s","nextBoot":"%s","starts":%s,"qemuPid":%s,"disk":"%s","console":"%s","qmp":"%s"}' \
      "$comma" "$server" "$firmware" "$vendor" "$(power)" "$mac" "$serial" "$uuid" "$bmc_address" "$s/frontpanel" "$(cat "$s/boot" 2>/dev/null || echo none)" \
      "$(cat "$s/starts" 2>/dev/null | wc -l)" "$(cat "$s/qemu.pid" 2>/dev/null || echo null)" "$s/disk.raw" "$s/console.log" "$s/qmp.sock"
    comma=,
  done
  echo ']}'
}

# A short press switches on, or asks the system to shut down (ACPI); a long one is off at once.
press() {
  if [[ $(power) == off ]]; then bmc power on; elif [[ $hold ]]; then bmc power off; else bmc power soft; fi
}

console() {
  if [[ $attach ]]; then
    [[ -S $s/console.sock ]] || die "$server is off: there is no console to type on"
    exec socat "STDIO,raw,echo=0,escape=0x1d" "UNIX-CONNECT:$s/console.sock"
  fi
  exec tail -n +1 -F "$s/console.log"
}

type_line() {
  [[ -S $s/console.sock ]] || die "$server is off: there is no console to type on"
  printf '%s\r' "$1" | timeout 10 socat - "UNIX-CONNECT:$s/console.sock"
}

# The address is the one that answers with the server's MAC on the appliance's side.
ssh_in() {
  local key=${1:?the file of the SSH key} user=${2:?the user} address
  shift 2
  address=$(ip -4 neigh show dev "$host" | awk -v mac="$mac" '$0 ~ mac {print $1; exit}')
  [[ -n $address ]] || die "no address is known yet for $server ($mac) on $host"
  exec ssh -i "$key" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o ConnectTimeout=10 -o BatchMode=yes "$user@$address" "$@"
}
