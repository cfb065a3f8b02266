# What the resources of a step are made of. POSIX sh with what a minimal Debian has; nothing here changes what is as it should be.
set -eu
umask 022
LC_ALL=C
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH

# The agent reads descriptor 3 for what changed; by hand it is not open.
( : >&3 ) 2>/dev/null || exec 3>/dev/null

doing='the step'
# shellcheck disable=SC2154 # rc is assigned in the trap itself
trap 'rc=$?; [ "$rc" -eq 0 ] || printf "%s: ended with exit code %s\n" "$doing" "$rc" >&2' EXIT

resource() { doing=$1; }

# Said before the deed: a step that is cut off has still said so.
change() {
  printf 'changed\n' >&3
  printf '%s\n' "$1"
}

fail() {
  printf '%s: %s\n' "$doing" "$1" >&2
  exit 1
}

# file PATH MODE OWNER GROUP CONTENT
file() {
  [ ! -d "$1" ] || fail "$1 is a directory"
  if [ -f "$1" ] && [ ! -L "$1" ] && printf '%s' "$5" | cmp -s - "$1"; then
    [ "$(stat -c '%a %U %G' "$1")" != "$2 $3 $4" ] || return 0
    change "$1: $3:$4, mode $2"
    chown "$3:$4" "$1"
    chmod "$2" "$1"
    return 0
  fi
  change "$1: written"
  mkdir -p "${1%/*}"
  rm -f "$1.provisioner-new"
  (umask 077 && printf '%s' "$5" >"$1.provisioner-new")
  chown "$3:$4" "$1.provisioner-new"
  chmod "$2" "$1.provisioner-new"
  # On disk before its name points to it: after a loss of power it is the old file or the new one.
  sync "$1.provisioner-new"
  mv -f "$1.provisioner-new" "$1"
}

# hosts_file PATH MARK LINES: the block between the marks has these lines. What follows a begin without an end is kept.
hosts_file() {
  [ -e "$1" ] || file "$1" 644 root root ''
  next=$(
    MARK=$2 BLOCK=$3 awk '
      function put() { if (!done) printf "%s\n%s%s\n", first, ENVIRON["BLOCK"], last; done = 1 }
      BEGIN { first = "# BEGIN provisioner " ENVIRON["MARK"]; last = "# END provisioner " ENVIRON["MARK"] }
      $0 == first { printf "%s", held; held = ""; inside = 1; next }
      inside && $0 == last { held = ""; inside = 0; put(); next }
      inside { held = held $0 "\n"; next }
      # The guide: a name must not resolve to the machine itself alone.
      /^[ \t]*127\.0\.1\.1[ \t]/ { print "#" $0; next }
      { print }
      END { printf "%s", held; put() }
    ' "$1" || exit
    printf x
  )
  # shellcheck disable=SC2046 # two words, mode aside
  file "$1" 644 $(stat -c '%U %G' "$1") "${next%x}"
}

# service NAME FILE...: enabled, running, and started after the last change of these files.
service() {
  unit=$1.service
  shift
  systemctl cat "$unit" >/dev/null 2>&1 || fail "there is no service ${unit%.service} here: its package is not in the image"
  if ! systemctl is-enabled --quiet "$unit"; then
    change "${unit%.service}: enabled"
    systemctl enable --quiet "$unit"
  fi
  stamp=/var/lib/provisioner/services/$unit
  content=
  [ $# -eq 0 ] || content=$(sha256sum -- "$@")
  if [ -n "$content" ] && [ "$content" != "$(cat "$stamp" 2>/dev/null || :)" ]; then
    change "${unit%.service}: restarted"
    systemctl restart "$unit" || service_failed
    mkdir -p /var/lib/provisioner/services
    printf '%s\n' "$content" >"$stamp.new"
    mv -f "$stamp.new" "$stamp"
  elif ! systemctl is-active --quiet "$unit"; then
    systemctl start "$unit" || service_failed
    ! systemctl is-active --quiet "$unit" || change "${unit%.service}: started"
  fi
  systemctl is-active --quiet "$unit" && return 0
  # A unit may have conditions, such as chrony's "not in a container": then it is as it should be.
  [ "$(systemctl show --property ConditionResult --value "$unit")" = no ] || service_failed
  printf '%s: its own conditions keep it from running here\n' "${unit%.service}"
}

service_failed() {
  systemctl status --no-pager --lines 20 "$unit" || :
  fail "$unit does not run"
}

# user NAME SUDO KEY...
user() {
  name=$1 sudo=$2
  shift 2
  if ! id -u "$name" >/dev/null 2>&1; then
    change "$name: account made"
    # A group of that name may be there already, as Debian's "operator" is.
    if getent group "$name" >/dev/null; then own=-g; else own=-U; fi
    if [ "$own" = -g ]; then useradd -m -s /bin/bash -g "$name" "$name"; else useradd -m -s /bin/bash -U "$name"; fi
  fi
  [ "$(id -u "$name")" -ge 1000 ] || fail "$name is an account of the system: choose another name"
  case $(passwd -S "$name") in
    "$name L"*) ;;
    *)
      change "$name: password locked"
      usermod -L "$name"
      ;;
  esac
  if [ "$sudo" = yes ]; then
    [ -d /etc/sudoers.d ] || fail 'there is no sudo here: its package is not in the image'
    file "/etc/sudoers.d/90-provisioner-$name" 440 root root "$name ALL=(ALL) NOPASSWD:ALL
"
  fi
  [ $# -eq 0 ] || ssh_keys "$@"
}

# As the user itself, so that no link in its home leads root's hand elsewhere. Prints one line for each key that was missing.
ssh_keys() {
  home=$(getent passwd "$name" | cut -d: -f6)
  # shellcheck disable=SC2016 # the user's shell expands it
  missing='
    cd "$1" || exit
    mode=$2
    shift 2
    umask 077
    for key; do
      ! grep -qxF -e "$key" .ssh/authorized_keys 2>/dev/null || continue
      echo missing
      [ "$mode" = add ] || continue
      mkdir -p .ssh
      [ ! -s .ssh/authorized_keys ] || [ -z "$(tail -c 1 .ssh/authorized_keys)" ] || echo >>.ssh/authorized_keys
      printf "%s\n" "$key" >>.ssh/authorized_keys || exit
    done'
  found=$(runuser -u "$name" -- sh -c "$missing" keys "$home" look "$@") || fail "$name's home $home can't be read"
  [ -n "$found" ] || return 0
  change "$name: SSH keys added"
  runuser -u "$name" -- sh -c "$missing" keys "$home" add "$@" >/dev/null || fail "$name's authorized_keys can't be written"
}
