# until_true SECONDS COMMAND...: false when the time is over. In check mode it looks once.
until_true() {
  end=$(($(cut -d . -f 1 /proc/uptime) + $1))
  shift
  while ! "$@"; do
    [ -z "$CHECK" ] && [ "$(cut -d . -f 1 /proc/uptime)" -lt "$end" ] || return 1
    sleep 1
  done
}

# http_wait URL SECONDS STATUS...
http_wait() {
  url=$1 seconds=$2
  shift 2
  statuses=" $* "
  until_true "$seconds" http_answers && return 0
  [ -z "$CHECK" ] || { printf '%s: doesn'"'"'t answer yet (%s)\n' "$url" "$status"; return 0; }
  fail "$url: $status after $seconds s, expected$statuses"
}
http_answers() {
  status=$(curl --silent --insecure --output /dev/null --connect-timeout 5 --max-time 30 --write-out '%{http_code}' --url "$url" 3>&- || :)
  case $statuses in *" $status "*) ;; *) return 1 ;; esac
}

# port_wait HOST PORT SECONDS
port_wait() {
  host=$1 port=$2
  until_true "$3" port_answers && return 0
  [ -z "$CHECK" ] || { printf '%s port %s: nobody answers yet\n' "$host" "$port"; return 0; }
  fail "nobody answers at $host port $2 within $3 s"
}
# Whoever answers need not speak HTTP: that a connection was made is what counts.
port_answers() {
  took=$(curl --silent --output /dev/null --connect-timeout 5 --max-time 6 --http0.9 --write-out '%{time_connect}' "http://$host:$port/" 3>&- || :)
  case $took in 0 | 0.000000 | 0,000000 | '') return 1 ;; esac
}
