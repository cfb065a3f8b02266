# rack down: whatever lives in the rack's network namespace is the rack's. Sourced by rack.

down() {
  local round pids
  # The switch first, so that no server is started anew while it is ended.
  [[ ! -d $dir/servers ]] || touch "$dir/going-down"
  if [[ -e /run/netns/$ns ]]; then
    for round in 1 2 3 4 5 6 7 8 9 10; do
      pids=$(ip netns pids "$ns")
      [[ -n $pids ]] || break
      if ((round < 6)); then kill $pids 2>/dev/null || true; else kill -9 $pids 2>/dev/null || true; fi
      sleep 0.2
    done
    ip netns del "$ns"
  fi
  # The kernel takes the veth away with the namespace, a moment later: gone is gone, whoever was first.
  ip link del "$host" 2>/dev/null || ! ip link show "$host" >/dev/null 2>&1 || die "the interface $host can't be removed"
  [[ ! -e $dir/rack ]] || rm -rf "$dir"
  [[ ! -L /tmp/provisioner-rack-$name ]] || rm -f "/tmp/provisioner-rack-$name"
}
