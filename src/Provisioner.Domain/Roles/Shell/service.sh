# service STATE ENABLED RELOAD NAME FILE...: enabled, running, and started after the last change of these files; or neither.
service() {
  wanted=$1 enabled=$2 reload=$3 unit=$4.service
  shift 4
  if ! systemctl cat "$unit" >/dev/null 2>&1; then
    [ "$wanted" = running ] || return 0
    [ -z "$CHECK" ] || { change "${unit%.service}: started, once it is installed" || return 0; }
    fail "there is no service ${unit%.service} here: its package is not installed"
  fi
  service_enabled
  if [ "$wanted" = stopped ]; then
    systemctl is-active --quiet "$unit" || return 0
    change "${unit%.service}: stopped" || return 0
    systemctl stop "$unit"
    return 0
  fi
  content=
  for path; do
    case $CHECK$would in 1*" $path "*) change "${unit%.service}: restarted" || return 0 ;; esac
    [ -e "$path" ] || { [ -n "$CHECK" ] && return 0; } || fail "$path, which ${unit%.service} reads, isn't there"
  done
  [ $# -eq 0 ] || content=$(sha256sum -- "$@")
  if [ -n "$content" ] && [ "$content" != "$(kept "services/$unit")" ]; then
    if [ "$reload" = true ] && systemctl is-active --quiet "$unit"; then
      change "${unit%.service}: reloaded" || return 0
      systemctl reload "$unit" || service_failed
    else
      change "${unit%.service}: restarted" || return 0
      systemctl reset-failed "$unit" 2>/dev/null || :
      systemctl restart "$unit" 3>&- || service_failed
    fi
    keep "services/$unit" "$content"
  elif ! systemctl is-active --quiet "$unit" && ! service_did_its_work; then
    # Never looked at, its conditions count as not met.
    if [ "$(shown ConditionResult)" = yes ] || [ "$(shown ConditionTimestampMonotonic)" = 0 ]; then
      change "${unit%.service}: started" || return 0
    fi
    [ -z "$CHECK" ] || return 0
    systemctl reset-failed "$unit" 2>/dev/null || :
    systemctl start "$unit" 3>&- || service_failed
  fi
  if systemctl is-active --quiet "$unit" || service_did_its_work; then return 0; fi
  # A unit may have conditions, such as chrony's "not in a container": then it is as it should be.
  [ "$(shown ConditionResult)" = no ] || service_failed
  printf '%s: its own conditions keep it from running here\n' "${unit%.service}"
}

shown() { systemctl show --property "$1" --value "$unit"; }

# One that does its work and ends is as it should be too.
service_did_its_work() {
  [ "$(shown Type)/$(shown Result)" = oneshot/success ] && [ "$(shown ExecMainExitTimestampMonotonic)" != 0 ]
}

service_enabled() {
  now=$(systemctl is-enabled "$unit" 2>/dev/null || :)
  case $enabled/$now in
    true/disabled | true/masked)
      change "${unit%.service}: enabled" || return 0
      [ "$now" != masked ] || systemctl unmask --quiet "$unit"
      systemctl enable --quiet "$unit" 3>&-
      ;;
    false/enabled)
      change "${unit%.service}: disabled" || return 0
      systemctl disable --quiet "$unit" 3>&-
      ;;
  esac
}

service_failed() {
  systemctl status --no-pager --lines 20 "$unit" || :
  fail "$unit does not run"
}
