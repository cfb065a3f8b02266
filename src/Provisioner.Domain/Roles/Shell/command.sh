# shell_text USER DIRECTORY ENVIRONMENT TEXT: runs it. The text goes through a pipe: arguments can be seen by everybody on the machine. All of
# it is read before any of it runs, so that what it runs has nothing to read.
shell_text() {
  {
    while IFS= read -r pair; do
      [ -z "$pair" ] || printf 'export %s=%s\n' "${pair%%=*}" "$(printf '%s' "${pair#*=}" | sed "s/'/'\\\\''/g; s/^/'/; s/\$/'/")"
    done <<LINES
$3
LINES
    printf 'cd %s || exit\n{\n%s\n} </dev/null\n' "$2" "$4"
  } | if [ "$1" = root ]; then
    HOME=/root sh -eu -s 3>&-
  else
    HOME=$(getent passwd "$1" | cut -d: -f6) runuser -u "$1" -- sh -eu -s 3>&-
  fi
}

# command_once USER DIRECTORY ENVIRONMENT CREATES UNLESS RUN FILE...: when-changed files are those after whose change it runs again.
command_once() {
  who=$1 where=$2 environment=$3 creates=$4 unless=$5 run=$6
  shift 6
  stamp=
  [ -z "$creates" ] || [ ! -e "$creates" ] || return 0
  if [ $# -gt 0 ]; then
    for path; do
      case $CHECK$would in 1*" $path "*) change "run: $(first_line "$run")" || return 0 ;; esac
      [ -e "$path" ] || { [ -n "$CHECK" ] && return 0; } || fail "$path, whose change it waits for, isn't there"
    done
    stamp=commands/$(printf '%s\n' "$doing" "$@" | sha256sum | cut -c1-16)
    content=$(printf '%s' "$run" | sha256sum -- - "$@")
    [ "$content" != "$(kept "$stamp")" ] || return 0
  fi
  if [ -n "$unless" ]; then
    if [ -n "$CHECK" ] && ! id -u "$who" >/dev/null 2>&1; then
      change "run: $(first_line "$run")" || return 0
    fi
    ! shell_text "$who" "$where" "$environment" "$unless" >/dev/null 2>&1 || { [ -z "$stamp" ] || [ -n "$CHECK" ] || keep "$stamp" "$content"; return 0; }
  fi
  change "run: $(first_line "$run")" || return 0
  shell_text "$who" "$where" "$environment" "$run"
  [ -z "$creates" ] || [ -e "$creates" ] || fail "it ran, and $creates isn't there"
  [ -z "$stamp" ] || keep "$stamp" "$content"
}

# The values stand in a line of their own before the text.
first_line() { printf '%s\n' "$1" | sed -n '/^set -- /d;/[^ \t]/{s/^[ \t]*//;p;q;}' | cut -c1-120; }

# check OUTPUT RUN: ends well, and says what is expected.
check() {
  rc=0
  said=$(shell_text root / '' "$2" 2>&1) || rc=$?
  printf '%s\n' "$said"
  [ "$rc" -eq 0 ] || fail "exit code $rc of: $(first_line "$2")"
  [ -z "$1" ] || printf '%s\n' "$said" 2>/dev/null | grep -Eq -e "$1" || fail "its output doesn't match $1"
}

# export_fact NAME SECRET LIST FILE COMMAND: tells other machines.
export_fact() {
  if [ -n "$4" ]; then
    [ -f "$4" ] || { [ -n "$CHECK" ] && return 0; } || fail "$4 isn't there"
    [ "$(stat -L -c %s "$4")" -le 524288 ] || fail "$4 is larger than 512 KiB: other machines have to fetch it"
    told=$(base64 -w 0 "$4")
  else
    told=$(shell_text root / '' "$5") || { [ -n "$CHECK" ] && return 0; } || fail "$1 can't be told: $(first_line "$5")"
    [ "$3" = true ] || [ "$(printf '%s\n' "$told" | wc -l)" -eq 1 ] || fail "$1 has more than one line: say list: true if it is a list"
  fi
  export_value "$1" "$told"
}
export_value() { printf 'export %s %s\n' "$1" "$(printf '%s' "$2" | base64 -w 0)" >&3; }

# fetch URL PATH SHA256
fetch() {
  if [ -f "$2" ] && [ "$(sha256sum "$2" | cut -d ' ' -f 1)" = "$3" ]; then return 0; fi
  change "$2: fetched" || return 0
  mkdir -p "${2%/*}"
  curl --silent --show-error --fail --location --connect-timeout 20 --speed-limit 1000 --speed-time 60 --retry 3 --output "$2.provisioner-new" --url "$1" 3>&- ||
    fail "$1 could not be fetched"
  found=$(sha256sum "$2.provisioner-new" | cut -d ' ' -f 1)
  [ "$found" = "$3" ] || { rm -f "$2.provisioner-new"; fail "$1 has SHA-256 $found, not $3"; }
  chmod 644 "$2.provisioner-new"
  sync "$2.provisioner-new"
  mv -f "$2.provisioner-new" "$2"
}

# reboot_unless TEXT: the agent goes on with this step when the machine is back.
reboot_unless() {
  ! shell_text root / '' "$1" >/dev/null 2>&1 || return 0
  # Two boots that don't help are one too many.
  boot=$(cat /proc/sys/kernel/random/boot_id)
  before=$(kept "reboots/$(printf '%s' "$1" | sha256sum | cut -c1-16)")
  [ -z "$before" ] || [ "$before" = "$boot" ] || [ -n "$CHECK" ] || { rm -f "$state/reboots/$(printf '%s' "$1" | sha256sum | cut -c1-16)"; fail "the machine was started again, and still: $(first_line "$1")"; }
  change 'the machine is started again' || return 0
  keep "reboots/$(printf '%s' "$1" | sha256sum | cut -c1-16)" "$boot"
  sync
  systemctl reboot
  sleep 600
  fail 'the machine did not start again within 10 min'
}
