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
