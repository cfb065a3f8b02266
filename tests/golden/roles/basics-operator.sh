#!/bin/sh
#: deployment calm-otter
#: run 4
#: step basics/0/operator
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

# user NAME SUDO KEY...
user() {
  name=$1 sudo=$2
  shift 2
  if ! id -u "$name" >/dev/null 2>&1; then
    change "$name: account made" || return 0
    # A group of that name may be there already, as Debian's "operator" is.
    if getent group "$name" >/dev/null; then own=-g; else own=-U; fi
    if [ "$own" = -g ]; then useradd -m -s /bin/bash -g "$name" "$name"; else useradd -m -s /bin/bash -U "$name"; fi
  fi
  [ "$(id -u "$name")" -ge 1000 ] || fail "$name is an account of the system: choose another name"
  case $(passwd -S "$name") in
    "$name L"*) ;;
    *)
      if change "$name: password locked"; then usermod -L "$name"; fi
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
  change "$name: SSH keys added" || return 0
  runuser -u "$name" -- sh -c "$missing" keys "$home" add "$@" >/dev/null || fail "$name's authorized_keys can't be written"
}

# system_user NAME HOME SHELL GROUP...: an account that a program runs as.
system_user() {
  name=$1 home=$2 shell=$3
  shift 3
  if ! id -u "$name" >/dev/null 2>&1; then
    change "$name: account made" || return 0
    if getent group "$name" >/dev/null; then set -- -g "$name" "$@"; else set -- -U "$@"; fi
    own=$1
    shift
    if [ "$own" = -g ]; then
      useradd --system -M -d "$home" -s "$shell" -g "$1" "$name"
      shift
    else
      useradd --system -M -d "$home" -s "$shell" -U "$name"
    fi
  elif [ "$(getent passwd "$name" | cut -d: -f6,7)" != "$home:$shell" ]; then
    change "$name: home $home, shell $shell" || return 0
    usermod -d "$home" -s "$shell" "$name"
  fi
  for group; do
    case " $(id -nG "$name") " in
      *" $group "*) ;;
      *)
        change "$name: in the group $group" || continue
        usermod -aG "$group" "$name"
        ;;
    esac
  done
}

# system_group NAME
system_group() {
  ! getent group "$1" >/dev/null || return 0
  change "$1: group made" || return 0
  groupadd --system "$1"
}

resource 'user operator'
user operator yes 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKa0d2YGuF8bXo8jDk1c7rQW0n3m0v1xS8cYbLwQe7tP ops@desk'

#: whole
