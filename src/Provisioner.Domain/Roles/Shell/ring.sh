# swift_ring BUILDER PART-POWER REPLICAS MIN-PART-HOURS OWNER GROUP "rREGIONzZONE-ADDRESS:PORT/DISK WEIGHT"...
swift_ring() {
  builder=$1 power=$2 replicas=$3 hours=$4 owner=$5 group=$6
  shift 6
  if ! command -v swift-ring-builder >/dev/null; then
    [ -z "$CHECK" ] || { change "$builder: made, once swift is installed" || return 0; }
    fail 'swift is not installed here'
  fi
  if [ ! -e "$builder" ]; then
    change "$builder: made" || return 0
    mkdir -p "${builder%/*}"
    swift-ring-builder "$builder" create "$power" "$replicas" "$hours" 3>&-
  fi
  have=$(ring_devices)
  for device; do
    place=${device% *} weight=${device##* }
    now=$(printf '%s\n' "$have" | awk -v place="$place" '$1 == place { print $2 }')
    if [ -z "$now" ]; then
      change "$builder: $place" || continue
      swift-ring-builder "$builder" add "$place" "$weight" 3>&-
    elif [ "$(awk "BEGIN { print ($now == $weight) }")" != 1 ]; then
      change "$builder: $place weighs $weight" || continue
      swift-ring-builder "$builder" set_weight "${place#r*z*-}" "$weight" 3>&-
    fi
  done
  for place in $(printf '%s\n' "$have" | cut -d ' ' -f 1); do
    for device; do [ "${device% *}" != "$place" ] || continue 2; done
    change "$builder: without $place" || continue
    swift-ring-builder "$builder" remove "${place#r*z*-}" 3>&-
  done
  [ -z "$CHECK" ] || return 0
  # The builder is newer than its ring when something was added and the power went before it was spread. Ends with 1 for "nothing to do".
  ring=${builder%.builder}.ring.gz
  if [ ! -e "$ring" ] || [ "$builder" -nt "$ring" ]; then
    change "$ring: spread"
    rc=0
    swift-ring-builder "$builder" rebalance 3>&- || rc=$?
    [ "$rc" -le 1 ] || fail "swift-ring-builder rebalance ended with exit code $rc"
    swift-ring-builder "$builder" write_ring 3>&- >/dev/null || [ -e "$ring" ]
    touch "$ring"
  fi
  chown "$owner:$group" "$builder" "$ring"
}

# What the builder has, as it is written here: place and weight. Old releases have a column of its own for the port.
ring_devices() {
  swift-ring-builder "$builder" 2>/dev/null | awk '
    $1 $2 $3 !~ /^[0-9]+$/ || NF < 8 || / DEL *$/ { next }
    $4 ~ /:[0-9]+$/ { print "r" $2 "z" $3 "-" $4 "/" $6, $7; next }
    { print "r" $2 "z" $3 "-" $4 ":" $5 "/" $8, $9 }' || :
}
