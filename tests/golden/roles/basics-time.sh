#!/bin/sh
#: deployment calm-otter
#: run 4
#: step basics/0/time
#: mode apply
#: deadline 300
#: end

CHECK=
# What the resources of a step are made of. POSIX sh with what a minimal Debian has; nothing here changes what is as it should be.
# With CHECK set nothing is changed at all: what would be is said.
set -eu
umask 022
LC_ALL=C
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
CHECK=${CHECK-}
state=/var/lib/provisioner

# The agent reads descriptor 3 for what changed and what is told to others; by hand it is not open.
( : >&3 ) 2>/dev/null || exec 3>/dev/null

doing='the step'
would=' '
# shellcheck disable=SC2154 # rc is assigned in the trap itself
trap 'rc=$?; [ "$rc" -eq 0 ] || printf "%s: ended with exit code %s\n" "$doing" "$rc" >&2' EXIT

resource() { doing=$1; }

# Said before the deed: a step that is cut off has still said so. False where nothing may be changed.
change() {
  printf 'changed %s\n' "$1" >&3
  printf '%s\n' "$1"
  [ -z "$CHECK" ]
}

fail() {
  printf '%s: %s\n' "$doing" "$1" >&2
  exit 1
}

# keep NAME TEXT: remembers something for later runs, whole or not at all. kept NAME prints it.
keep() {
  mkdir -p "$state/${1%/*}"
  printf '%s\n' "$2" >"$state/$1.new"
  sync "$state/$1.new"
  mv -f "$state/$1.new" "$state/$1"
}
kept() { cat "$state/$1" 2>/dev/null || :; }

# file PATH MODE OWNER GROUP CONTENT. Who compares stops at the first difference; under systemd, where nobody dies of SIGPIPE, printf complains of that.
file() {
  [ ! -d "$1" ] || fail "$1 is a directory"
  if [ -f "$1" ] && [ ! -L "$1" ] && printf '%s' "$5" 2>/dev/null | cmp -s - "$1"; then
    [ "$(stat -c '%a %U %G' "$1")" != "$2 $3 $4" ] || return 0
    change "$1: $3:$4, mode $2" || return 0
    chown "$3:$4" "$1"
    chmod "$2" "$1"
    return 0
  fi
  would="$would$1 "
  change "$1: written" || return 0
  mkdir -p "${1%/*}"
  rm -f "$1.provisioner-new"
  (umask 077 && printf '%s' "$5" >"$1.provisioner-new")
  chown "$3:$4" "$1.provisioner-new"
  chmod "$2" "$1.provisioner-new"
  # On disk before its name points to it: after a loss of power it is the old file or the new one.
  sync "$1.provisioner-new"
  mv -f "$1.provisioner-new" "$1"
}

# file_base64 PATH MODE OWNER GROUP BASE64: what was told by another machine, bytes as they are.
file_base64() {
  if [ -f "$1" ] && [ ! -L "$1" ] && [ "$(base64 -w 0 "$1")" = "$5" ]; then
    [ "$(stat -c '%a %U %G' "$1")" != "$2 $3 $4" ] || return 0
    change "$1: $3:$4, mode $2" || return 0
  else
    would="$would$1 "
    change "$1: written" || return 0
    mkdir -p "${1%/*}"
    rm -f "$1.provisioner-new"
    (umask 077 && printf '%s' "$5" | base64 -d >"$1.provisioner-new") || fail "what $1 is to hold isn't base64"
    sync "$1.provisioner-new"
    mv -f "$1.provisioner-new" "$1"
  fi
  chown "$3:$4" "$1"
  chmod "$2" "$1"
}

# rewritten PATH CONTENT: an edited file keeps its mode and owner; a new one is root's, 0644.
rewritten() {
  if [ -e "$1" ]; then
    # shellcheck disable=SC2046 # three words
    file "$1" $(stat -L -c '%a %U %G' "$1") "$2"
  else
    file "$1" 644 root root "$2"
  fi
}

# each TEXT COMMAND...: the command with each line of the text after it.
each() {
  lines=$1
  shift
  while [ -n "$lines" ]; do
    line=${lines%%"
"*}
    case $lines in
      *"
"*) lines=${lines#*"
"} ;;
      *) lines= ;;
    esac
    "$@" "$line"
  done
}

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

resource 'template /etc/chrony/chrony.conf'
file /etc/chrony/chrony.conf 644 root root '# Written by Provisioner, role basics: the role'\''s next run undoes what is changed here.
# Additions belong into /etc/chrony/conf.d and /etc/chrony/sources.d.
server 10.77.0.5 iburst
server 10.77.0.6 iburst

confdir /etc/chrony/conf.d
sourcedir /etc/chrony/sources.d
keyfile /etc/chrony/chrony.keys
driftfile /var/lib/chrony/chrony.drift
ntsdumpdir /var/lib/chrony
logdir /var/log/chrony
maxupdateskew 100.0
rtcsync
# A machine that was off for months may be far away: it steps in its first three updates, and never later.
makestep 1 3
leapsectz right/UTC
'

resource 'service chrony'
service running true false chrony /etc/chrony/chrony.conf

#: whole
