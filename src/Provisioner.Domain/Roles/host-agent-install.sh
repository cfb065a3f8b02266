
service=provisioner-host-agent
if ! command -v curl >/dev/null; then
  if command -v apt-get >/dev/null; then
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends curl || { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends curl; }
  elif command -v dnf >/dev/null; then
    dnf install -y curl
  elif command -v yum >/dev/null; then
    yum install -y curl
  fi
  command -v curl >/dev/null || { echo 'there is no curl here, and the agent needs it: install it, then run this again' >&2; exit 1; }
fi

# systemd, running or about to be (a root that is prepared before its first boot); else upstart, as Ubuntu 14.04 has it.
if command -v systemctl >/dev/null; then
  systemctl enable --quiet "$service.service"
  [ ! -d /run/systemd/system ] || { systemctl daemon-reload; systemctl restart "$service.service"; }
elif [ -d /etc/init ]; then
  printf 'description "Provisioner host agent"\nstart on (local-filesystems and net-device-up IFACE!=lo)\nstop on runlevel [016]\nrespawn\nrespawn limit unlimited\nexec /usr/local/lib/provisioner/host-agent\n' >"/etc/init/$service.conf"
  ! status "$service" >/dev/null 2>&1 || start "$service" || restart "$service"
else
  echo "neither systemd nor upstart is here: have /usr/local/lib/provisioner/host-agent started at boot, and kept running" >&2
  exit 1
fi
echo 'the agent is installed; "/usr/local/lib/provisioner/host-agent remove" takes it off again'
