# sysctl_values LINES: now, and after each start.
sysctl_values() { each "$1" sysctl_value; }
sysctl_value() {
  name=${1%%=*} value=${1#*=}
  # shellcheck disable=SC2086 # white space is the kernel's
  value=$(set -f; set -- $value; printf '%s' "$*")
  entry=/proc/sys/$(printf '%s' "$name" | tr . /)
  file "/etc/sysctl.d/60-provisioner-$name.conf" 644 root root "$name = $value
"
  if [ ! -e "$entry" ]; then
    [ -z "$CHECK" ] || return 0
    fail "this kernel has no $name: a kernel-module before it may be missing"
  fi
  # shellcheck disable=SC2046 # white space is the kernel's
  [ "$(set -f; set -- $(cat "$entry"); printf '%s' "$*")" != "$value" ] || return 0
  change "$name: $value" || return 0
  printf '%s\n' "$value" >"$entry" || fail "$name can't be set to $value here"
}

# kernel_module NAME
kernel_module() {
  file "/etc/modules-load.d/provisioner-$1.conf" 644 root root "$1
"
  [ ! -d "/sys/module/$(printf '%s' "$1" | tr - _)" ] || return 0
  change "$1: loaded" || return 0
  modprobe "$1" || fail "this kernel can't load the module $1"
}
