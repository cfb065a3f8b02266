# directory PATH MODE OWNER GROUP
directory() {
  if [ ! -d "$1" ]; then
    [ ! -e "$1" ] || fail "$1 is there and no directory"
    change "$1: made" || return 0
    mkdir -p "$1"
  elif [ "$(stat -c '%a %U %G' "$1")" = "$2 $3 $4" ]; then
    return 0
  else
    change "$1: $3:$4, mode $2" || return 0
  fi
  chown "$3:$4" "$1"
  chmod "$2" "$1"
}

# link PATH TO
link() {
  [ ! -d "$1" ] || [ -L "$1" ] || fail "$1 is a directory"
  [ "$(readlink "$1" || :)" != "$2" ] || return 0
  change "$1: points to $2" || return 0
  mkdir -p "${1%/*}"
  rm -f "$1.provisioner-new"
  ln -s "$2" "$1.provisioner-new"
  mv -fT "$1.provisioner-new" "$1"
}

# absent PATH
absent() {
  [ -e "$1" ] || [ -L "$1" ] || return 0
  change "$1: removed" || return 0
  rm -rf -- "$1"
}

# line PATH STATE MATCH LINE: present: the last line that matches is this one; without a match it is added. absent: neither is there.
line() {
  [ -e "$1" ] || [ "$2" = present ] || return 0
  next=$(
    [ ! -e "$1" ] || MATCH=$3 LINE=$4 STATE=$2 awk '
      BEGIN { match_ = ENVIRON["MATCH"]; line = ENVIRON["LINE"]; wanted = ENVIRON["STATE"] == "present" }
      !wanted && ((match_ != "" && $0 ~ match_) || $0 == line) { next }
      { all[++n] = $0; if (match_ != "" && $0 ~ match_) hit = n; else if ($0 == line) same = n }
      END {
        if (wanted && hit) all[hit] = line
        else if (wanted && !same) all[++n] = line
        for (i = 1; i <= n; i++) print all[i]
      }
    ' "$1" || exit
    [ -e "$1" ] || printf '%s\n' "$4"
    printf x
  )
  rewritten "$1" "${next%x}"
}

# block PATH MARK COMMENT LINES: the block between the marks has these lines. What follows a begin without an end is kept.
block() {
  next=$(
    if [ -e "$1" ]; then cat -- "$1"; fi | MARK=$2 COMMENT=$3 BLOCK=$4 HOSTS=${5-} awk '
      function put() { if (!done) printf "%s\n%s%s\n", first, ENVIRON["BLOCK"], last; done = 1 }
      BEGIN { first = ENVIRON["COMMENT"] " BEGIN provisioner " ENVIRON["MARK"]; last = ENVIRON["COMMENT"] " END provisioner " ENVIRON["MARK"] }
      $0 == first { printf "%s", held; held = ""; inside = 1; next }
      inside && $0 == last { held = ""; inside = 0; put(); next }
      inside { held = held $0 "\n"; next }
      # The guide: a name must not resolve to the machine itself alone.
      ENVIRON["HOSTS"] != "" && /^[ \t]*127\.0\.1\.1[ \t]/ { print "#" $0; next }
      { print }
      END { printf "%s", held; put() }
    ' || exit
    printf x
  )
  rewritten "$1" "${next%x}"
}

# hosts_file PATH MARK LINES
hosts_file() { block "$1" "$2" '#' "$3" hosts; }
