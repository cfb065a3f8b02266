# LLDP (IEEE 802.1AB): which switch and port each cable ends in. Own frames go out first: a switch that follows the 2009 edition
# answers a new neighbour within a second or two instead of at its next 30th.

lldp=$run/lldp

# One background listener an interface with a carrier: first neighbour, 65 seconds (two of the usual intervals) at the most.
listen_for_neighbours() {
  local name
  mkdir -p "$lldp"
  for name in $(hardware_interfaces); do
    (
      tries=0
      until has_carrier "$name" || [ $tries -ge 20 ]; do tries=$((tries + 1)); sleep 1; done
      has_carrier "$name" || exit 0
      # i40e and ice: the card's own LLDP agent keeps the frames to itself unless told otherwise.
      case $(driver_of "$name") in
        i40e) ethtool --set-priv-flags "$name" disable-fw-lldp on ;;
        ice) ethtool --set-priv-flags "$name" fw-lldp-agent off ;;
      esac
      (for wait in 0.2 1 3 10 30; do sleep $wait; announce "$name"; done) &
      timeout 65 tcpdump -Z root -i "$name" -n -vv -s 1500 -c 1 -Q in ether proto 0x88cc >"$lldp/.$name" 2>/dev/null
      parse_lldp <"$lldp/.$name" >"$lldp/.$name.parsed" && [ -s "$lldp/.$name.parsed" ] && mv "$lldp/.$name.parsed" "$lldp/$name"
    ) </dev/null >/dev/null 2>&1 &
  done
}

# An LLDPDU: chassis id and port id are the MAC (subtypes 4 and 3), TTL 120, system name, end.
announce() {
  local mac octets title
  mac=$(cat "/sys/class/net/$1/address")
  octets=$(echo "$mac" | awk -F: '{ for (i = 1; i <= 6; i++) printf "\\x%s", $i }')
  title=$(head -c 60 "$run/name" | tr -cd 'A-Za-z0-9.-')
  printf "\\x01\\x80\\xc2\\x00\\x00\\x0e$octets\\x88\\xcc\\x02\\x07\\x04$octets\\x04\\x07\\x03$octets\\x06\\x02\\x00\\x78\\x0a\\x$(printf %02x ${#title})$title\\x00\\x00" |
    timeout 2 socat -u STDIN "INTERFACE:$1"
}

# parse_lldp: tcpdump -vv's words to "chassis TAB port TAB system"; nothing without chassis and port.
parse_lldp() {
  awk '
    /^\t[A-Z].* TLV \(/ { tlv = $0; if (tlv ~ /System Name TLV/) { sub(/^[^:]*: ?/, ""); system_name = $0 } next }
    tlv ~ /Chassis ID TLV/ && /Subtype/ { sub(/^[^:]*: ?/, ""); chassis = $0; tlv = "" }
    tlv ~ /Port ID TLV/ && /Subtype/ { sub(/^[^:]*: ?/, ""); port = $0; tlv = "" }
    END { if (chassis != "" && port != "") printf "%s\t%s\t%s\n", chassis, port, system_name }'
}

neighbour_files() { ls "$lldp" 2>/dev/null | tr '\n' ' '; }
