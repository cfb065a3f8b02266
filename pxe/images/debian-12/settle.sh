# What a fresh Debian tree needs to be a server that nobody has met yet. Sourced by build.

settle() {
  local root=$1 unit
  cp -rT --no-preserve=ownership "$here/files" "$root"
  cat >"$root/etc/apt/sources.list" <<SOURCES
deb http://deb.debian.org/debian bookworm main non-free-firmware
deb http://deb.debian.org/debian bookworm-updates main non-free-firmware
deb http://deb.debian.org/debian-security bookworm-security main non-free-firmware
SOURCES
  rm -f "$root"/etc/apt/sources.list.d/* "$root"/etc/apt/apt.conf.d/99mmdebstrap "$root"/etc/dpkg/dpkg.cfg.d/99mmdebstrap
  rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/* "$root"/var/log/*.log "$root"/var/log/apt/* "$root"/var/cache/debconf/*-old
  chroot "$root" passwd -ql root
  # Who it is comes with its first boot: no machine id, no SSH host keys, no name, no seed of randomness.
  : >"$root/etc/machine-id"
  rm -f "$root"/var/lib/dbus/machine-id "$root"/etc/ssh/ssh_host_* "$root"/etc/hostname "$root"/var/lib/systemd/random-seed
  printf '127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n' >"$root/etc/hosts"
  ln -sf ../run/systemd/resolve/stub-resolv.conf "$root/etc/resolv.conf"
  install -d -m 700 "$root/var/lib/cloud/seed/nocloud"
  chroot "$root" systemctl -q set-default multi-user.target
  chroot "$root" systemctl -q enable systemd-networkd systemd-resolved ssh chrony
  # Work that a server on its first boot has no use for, and that a busy processor pays for. Waiting for the network is
  # netplan's to ask for, where it has interfaces to wait for.
  for unit in apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer e2scrub_reap.service \
    systemd-networkd-wait-online.service; do
    chroot "$root" systemctl -q disable "$unit"
  done
}
