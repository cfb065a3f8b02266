# package STATE RECOMMENDS START DEBCONF NAME...
package() {
  wanted=$1 recommends=$2 start=$3 debconf=$4
  shift 4
  services_may_start
  [ $# -gt 0 ] || return 0
  # shellcheck disable=SC2016 # dpkg-query's own
  have=$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' -- "$@" 2>/dev/null || :)
  missing=
  for name; do
    if printf '%s\n' "$have" 2>/dev/null | grep -qxF "${name%%:*} installed"; then here=present; else here=absent; fi
    [ "$here" = "$wanted" ] || missing="$missing $name"
  done
  if [ -n "$(dpkg --audit)" ]; then
    change 'packages: what was cut off is ended' || return 0
    DEBIAN_FRONTEND=noninteractive dpkg --force-confdef --force-confold --configure -a </dev/null 3>&-
    [ -n "$missing" ] || { apt_get --fix-broken install; return 0; }
  fi
  [ -n "$missing" ] || return 0
  if [ "$wanted" = absent ]; then
    change "packages removed:$missing" || return 0
    # shellcheck disable=SC2086 # words
    apt_get purge $missing
    return 0
  fi
  change "packages installed:$missing" || return 0
  packages_are_known "$missing"
  [ -z "$debconf" ] || printf '%s\n' "$debconf" | debconf-set-selections
  [ "$start" = true ] || services_may_not_start
  if [ "$recommends" = true ]; then more=--install-recommends; else more=--no-install-recommends; fi
  rc=0
  # shellcheck disable=SC2086 # words
  apt_get "$more" install $missing || rc=$?
  if [ "$rc" -ne 0 ]; then
    # Indexes older than the archive: what they name is gone there.
    printf 'once more, with fresh indexes\n'
    apt_get update && rc=0
    # shellcheck disable=SC2086 # words
    apt_get "$more" install $missing || rc=$?
  fi
  services_may_start
  [ "$rc" -eq 0 ] || fail "apt-get install ended with exit code $rc: its words are above"
}

apt_get() {
  DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold -o DPkg::Lock::Timeout=600 \
    -o Acquire::Retries=3 -o APT::Update::Error-Mode=any "$@" </dev/null 3>&-
}

# Names that no source has are told all at once, after a look with fresh indexes.
packages_are_known() {
  unknown=$(packages_unknown "$1")
  [ -n "$unknown" ] || return 0
  apt_get update || fail 'the indexes of packages could not be fetched: the words of apt-get are above'
  unknown=$(packages_unknown "$1")
  [ -z "$unknown" ] || fail "no source of this machine has$unknown: mend the name in the role or release, or add a repository"
}
packages_unknown() {
  for each_name in $1; do
    apt-cache policy "$each_name" | grep -q '^  Candidate: [^(]' || printf ' %s' "$each_name"
  done
}

# invoke-rc.d(8) asks policy-rc.d: 101 is "forbidden". A file that isn't ours stays.
policy=/usr/sbin/policy-rc.d
services_may_not_start() {
  [ ! -e "$policy" ] || return 0
  printf '#!/bin/sh\n# provisioner: while packages are installed\nexit 101\n' >"$policy"
  chmod 755 "$policy"
}
services_may_start() {
  ! grep -qs '^# provisioner: while' "$policy" || [ -n "$CHECK" ] || rm -f "$policy"
}

# repository NAME KEY LINE...
repository() {
  name=$1 key=$2
  shift 2
  lines=
  for each_line; do lines="$lines$each_line
"; done
  [ -z "$key" ] || file "/etc/apt/keyrings/$name.asc" 644 root root "$key"
  file "/etc/apt/sources.list.d/$name.list" 644 root root "$lines"
  content=$(printf '%s%s' "$key" "$lines" | sha256sum)
  [ "$content" != "$(kept "repositories/$name")" ] || return 0
  change "$name: indexes fetched" || return 0
  apt_get update || fail "the indexes of $name could not be fetched: the words of apt-get are above"
  keep "repositories/$name" "$content"
}
