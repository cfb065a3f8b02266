# The BMC, in-band through /dev/ipmi0: where it is on the network, and a user of ours on it (IPMI 2.0 §22.22 to §22.30, §23).

bmc_user=provisioner

ipmi() { timeout 20 ipmitool "$@" 2>"$run/ipmi.err"; }
# Words that must not stand in a process list go by file.
ipmi_said() { timeout 20 ipmitool exec "$1" 2>&1; }

# found, absent or failed is told to the appliance; words only, the password never goes to console or log.
setup_bmc() {
  local started reason= state redfish
  clock; started=$now
  say "Looking for the BMC"
  if ! find_bmc; then state=absent; [ -z "$bmc_named" ] || state=failed
  elif ! read_bmc || ! find_lan || ! make_bmc_user; then state=failed
  else state=found
  fi
  redfish=$(redfish_host)
  [ -z "$redfish" ] || redfish=",\"redfish\":$redfish"
  clock
  if [ $state = found ]; then
    say "BMC at $lan_address: user $bmc_user is ready ($((now - started)) s)"
    # The shell's own printf: the password stands in no process list.
    printf '{"state":"found","reason":"","address":"%s","port":623,"username":"%s","password":"%s","privilege":"%s","manufacturerId":%s,"firmwareVersion":%s%s}' \
      "$lan_address" "$bmc_user" "$bmc_password" "$bmc_privilege" "$bmc_maker" "$(json_text "$bmc_firmware")" "$redfish" >"$run/bmc.json"
  else
    say "BMC $state: $reason"
    printf '{"state":"%s","reason":%s%s}' "$state" "$(json_text "$reason")" "$redfish" >"$run/bmc.json"
  fi
  bmc_password=
  post /bmc "$run/bmc.json"
  rm -f "$run/bmc.json" "$run/secret"
}

# SMBIOS type 38 names the system interface; without one, and without ACPI's word, there is no BMC to be found.
find_bmc() {
  local tries=0 most=6
  /usr/sbin/modprobe -a -b -q ipmi_devintf ipmi_si
  bmc_named=
  for entry in "$SYS"/firmware/dmi/entries/38-*; do [ ! -e "$entry" ] || bmc_named=1; done
  [ -z "$bmc_named" ] || most=40
  until [ -c /dev/ipmi0 ]; do
    [ $tries != 4 ] || /usr/sbin/modprobe -a -b -q i2c-i801 i2c-piix4 ipmi_ssif
    [ $tries -lt $most ] || break
    tries=$((tries + 1))
    sleep 0.25
  done
  [ ! -c /dev/ipmi0 ] || return 0
  reason="SMBIOS names no IPMI interface and no driver found one"
  [ -z "$bmc_named" ] || reason="SMBIOS names an IPMI interface, but its driver got no answer in 10 seconds: reset the BMC (pull the power cords) and commission again"
  return 1
}

read_bmc() {
  ipmi mc info >"$run/mc" || { reason="the BMC does not answer Get Device ID: $(tail -n 1 "$run/ipmi.err")"; return 1; }
  bmc_maker=$(sed -n 's/^Manufacturer ID *: *\([0-9]*\).*/\1/p' "$run/mc")
  bmc_maker=${bmc_maker:-0}
  bmc_firmware=$(sed -n 's/^Firmware Revision *: *//p' "$run/mc")
}

# lan_fact NAME: a value of `ipmitool lan print` on standard input.
lan_fact() { sed -n "s/^$1  *: *//p" | head -n 1 | sed 's/ *$//'; }
is_lan() { grep -q '^ *Channel Medium Type *: *802.3 LAN'; }
is_address() { case $1 in '' | 0.0.0.0 | 255.255.255.255) false ;; *.*.*.*) true ;; *) false ;; esac; }

lan_source() { lan_fact 'IP Address Source' <"$run/lan"; }

# ask_dhcp CHANNEL: tells it to ask DHCP, and believes that only when it reads back; some take it the second time only.
ask_dhcp() {
  local again
  for again in 0 1; do
    ipmi lan print $1 >"$run/lan"
    case $(lan_source) in DHCP*) return 0 ;; esac
    [ $again = 0 ] || sleep 2
    say "The BMC has no address on LAN channel $1; telling it to ask DHCP"
    ipmi lan set $1 ipsrc dhcp >/dev/null || true
  done
  ipmi lan print $1 >"$run/lan"
  case $(lan_source) in DHCP*) return 0 ;; esac
  say "LAN channel $1 of the BMC keeps its address source: $(lan_source)"
  return 1
}

# The first LAN channel with an address. Those without one are told to ask DHCP, and are given 45 seconds together.
find_lan() {
  local number empty= waiting= tries=0
  for number in 1 2 3 4 5 6 7 8 9 10 11; do # IPMI 2.0 table 6-1: Eh is "the channel that I speak over"
    ipmi channel info $number >"$run/channel" && is_lan <"$run/channel" || continue
    has_address $number && return 0
    empty="$empty $number"
  done
  [ -n "$empty" ] || { reason="the BMC has no LAN channel"; return 1; }
  for number in $empty; do
    ! ask_dhcp $number || waiting="$waiting $number"
  done
  [ -n "$waiting" ] || { reason="the BMC has no network address and does not take DHCP as its source (LAN channel$empty): give it an address in its own setup, and commission again"; return 1; }
  while [ $tries -lt 15 ]; do
    tries=$((tries + 1))
    sleep "${lan_pause:-3}"
    for number in $waiting; do
      has_address $number && return 0
    done
  done
  reason="the BMC has no network address (it asks DHCP on LAN channel$waiting and got none in 45 seconds): connect its port to a network with DHCP, or give it an address, and commission again"
  return 1
}

# has_address CHANNEL: sets lan_channel and lan_address.
has_address() {
  ipmi lan print $1 >"$run/lan"
  lan_address=$(lan_fact 'IP Address' <"$run/lan")
  lan_channel=$1
  is_address "$lan_address"
}

# The BMC's Redfish service as SMBIOS names it, as JSON; nothing where it names none: SMBIOS 3.6 §7.43 (type 42, interface type 40h is
# a network), DMTF DSP0270 §8 (protocol 04h, Redfish over IP: address format at 51, address at 52, port at 84, host name at 90).
# Its address is one of the machine's inside; that there is such a service is the news.
redfish_host() {
  local entry
  for entry in "$SYS"/firmware/dmi/entries/42-*/raw; do
    [ -r "$entry" ] || continue
    od -An -v -tu1 "$entry" | awk '
      { for (i = 1; i <= NF; i++) b[n++] = $i + 0 }
      END {
        if (n < 8 || b[0] != 42 || b[4] != 64) exit
        if (n > b[1]) n = b[1]
        p = 6 + b[5]
        for (left = b[p++]; left > 0 && p + 1 < n; left--) {
          d = p + 2
          if (b[p] == 4 && b[p + 1] >= 91 && d + 90 < n) {
            address = ""
            if (b[d + 51] == 1) address = b[d + 52] "." b[d + 53] "." b[d + 54] "." b[d + 55]
            name = ""
            for (i = 0; i < b[d + 90] && d + 91 + i < n; i++) {
              c = sprintf("%c", b[d + 91 + i])
              if (c ~ /[A-Za-z0-9.-]/) name = name c
            }
            printf "{\"address\":\"%s\",\"port\":%d,\"hostname\":\"%s\"}\n", address, b[d + 84] + 256 * b[d + 85], name
            exit
          }
          p = d + b[p + 1]
        }
      }'
  done | head -n 1
}

# user_slot: our user's id in `ipmitool -c user list` on standard input, else a free one; 1 is the anonymous user's, 2 the vendor's.
user_slot() {
  awk -F, -v name="$bmc_user" '
    $1 !~ /^[0-9]+$/ { next }
    $2 == name { ours = $1; exit }
    $1 >= 3 && ($2 == "" || $2 ~ /^\(Empty User\)$/) && free == "" { free = $1 }
    END { print ours != "" ? ours : free }'
}

# 16 characters: what every BMC takes (IPMI 1.5's and 2.0's shorter form). Four kinds of them, as the stricter BMCs ask for; none that needs quoting.
new_password() {
  local word
  while :; do
    word=$(head -c 256 /dev/urandom | tr -dc 'A-HJ-NP-Za-km-z2-9_-' | cut -c1-16)
    case $word in ????????????????) ;; *) continue ;; esac
    case $word in [A-Za-z]*) ;; *) continue ;; esac
    case $word in *[A-Z]*) ;; *) continue ;; esac
    case $word in *[a-z]*) ;; *) continue ;; esac
    case $word in *[2-9]*) ;; *) continue ;; esac
    case $word in *[_-]*) echo "$word"; return ;; esac
  done
}

make_bmc_user() {
  local slot level
  slot=$(ipmi -c user list $lan_channel | user_slot)
  [ -n "$slot" ] || { reason="the BMC has no free user slot for $bmc_user: delete a user on it and commission again"; return 1; }
  ipmi user set name "$slot" $bmc_user >/dev/null ||
    [ "$(ipmi -c user list $lan_channel | user_slot)" = "$slot" ] || { reason="the BMC refused the user name in slot $slot: $(tail -n 1 "$run/ipmi.err")"; return 1; }
  bmc_password=$(new_password)
  printf 'user set password %s %s 16\n' "$slot" "$bmc_password" >"$run/secret"
  ipmi_said "$run/secret" >"$run/ipmi.out" || true
  printf 'user test %s 16 %s\n' "$slot" "$bmc_password" >"$run/secret"
  ipmi_said "$run/secret" >>"$run/ipmi.out" || true
  rm -f "$run/secret"
  bmc_privilege=
  for level in 4:administrator 3:operator; do
    ipmi channel setaccess $lan_channel "$slot" callin=on ipmi=on link=on privilege=${level%%:*} >/dev/null || true
    ipmi user priv "$slot" ${level%%:*} $lan_channel >/dev/null && bmc_privilege=${level#*:} && break
  done
  [ -n "$bmc_privilege" ] || { reason="the BMC gives user slot $slot neither administrator nor operator rights: $(tail -n 1 "$run/ipmi.err")"; return 1; }
  ipmi user enable "$slot" >/dev/null || { reason="the BMC refused to enable user slot $slot: $(tail -n 1 "$run/ipmi.err")"; return 1; }
  grep -q '^Success' "$run/ipmi.out" || { reason="the BMC did not take the new password of user slot $slot: $(grep -v "$bmc_password" "$run/ipmi.out" | tail -n 1)"; return 1; }
  open_lan
}

# Newer BMCs come with IPMI over LAN switched off.
open_lan() {
  ipmi channel info $lan_channel >"$run/channel"
  ! grep -q 'Access Mode *: *disabled' "$run/channel" || ipmi lan set $lan_channel access on >/dev/null || say "The BMC keeps IPMI over LAN switched off"
}
