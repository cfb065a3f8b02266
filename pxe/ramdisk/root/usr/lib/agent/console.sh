# What the person with the crash cart sees: on the screen a banner with the last lines under it, on serial lines the same lines.

run=${run:-/run/agent}
log=${log:-$run/log}
[ -n "${consoles:-}" ] || read -r consoles 2>/dev/null </sys/class/tty/console/active || consoles=

uptime_seconds() { read -r up rest </proc/uptime && echo "$up"; }
# Whole seconds since power-on, in $now.
clock() { read -r now rest </proc/uptime; now=${now%%.*}; }

# say TEXT: one line on every console and in the log.
say() {
  local now rest tty
  read -r now rest 2>/dev/null </proc/uptime || now=0
  printf '%7s  %s\n' "$now" "$*" >>"$log"
  for tty in $consoles; do
    printf '\r%7s  %s\r\n' "$now" "$*" 2>/dev/null >"/dev/$tty"
  done
}

# show NEXT: the banner, with what is known and what happens next.
show() {
  local tty name
  name=$(cat "$run/name" 2>/dev/null)
  {
    printf '\n  Provisioner: this machine is being looked after by %s\n' "${url:-an appliance}"
    printf '  ------------------------------------------------------------------------\n'
    printf '  Machine   %s\n' "${name:-not known to the appliance yet}"
    printf '  Hardware  %s, serial %s\n' "$(dmi_line)" "$(cat /sys/class/dmi/id/product_serial 2>/dev/null)"
    printf '  Address   %s\n' "$(cat "$run/address" 2>/dev/null || echo 'none yet')"
    printf '  Next      %s\n' "$*"
    printf '  ------------------------------------------------------------------------\n'
    printf '  Leave it alone; nothing needs to be typed. Alt+F2: a shell to look around.\n\n'
  } >"$run/banner"
  for tty in $consoles; do
    case $tty in
      tty[0-9]*) [ "$tty" != tty0 ] || tty=tty1
        { printf '\033[2J\033[H'; cat "$run/banner"; tail -n 12 "$log"; } 2>/dev/null >"/dev/$tty" ;;
      *) sed 's/$/\r/' "$run/banner" 2>/dev/null >"/dev/$tty" ;;
    esac
  done
}

dmi_line() {
  local maker product
  maker=$(cat /sys/class/dmi/id/sys_vendor 2>/dev/null)
  product=$(cat /sys/class/dmi/id/product_name 2>/dev/null)
  echo "${maker:-unknown maker} ${product:-unknown product}"
}

# Nothing more can be done here: say why, give the person time to read it, act.
give_up() {
  say "$1"
  show "$1"
  sync
  sleep "${3:-30}"
  "$2" -f
  sleep 60
}
