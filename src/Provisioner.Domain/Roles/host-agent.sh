#!/bin/sh
# Provisioner's host agent: asks the appliance for the next step of this machine's role, runs it as root, reports what came of it.
# All knowledge is in the steps. POSIX sh and curl; the appliance's address and this machine's token are in /etc/provisioner.
# "host-agent remove" takes it off the machine.
set -u
umask 077
LC_ALL=C
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH

conf=/etc/provisioner
state=/var/lib/provisioner
max_output=1048576 # bytes that a step's output may take on disk; of more, the beginning is forgotten
tail_output=8192   # bytes of it that are reported

if [ "${1-}" = remove ]; then
  rm -rf "$conf" "$state" /usr/local/lib/provisioner
  systemctl disable --quiet provisioner-host-agent.service
  rm -f /etc/systemd/system/provisioner-host-agent.service
  exec systemctl stop --no-block provisioner-host-agent.service
fi

URL='' MACHINE=''
# shellcheck disable=SC1091 # written by the seed: URL and MACHINE
. "$conf/host-agent.conf" || exit 1
mkdir -p "$state" && cd "$state" || exit 1

# Prints the HTTP status; 000 where there was no answer. The token stands in a file: arguments can be seen by everybody.
call() {
  curl --silent --config "$conf/host-agent.curl" --user-agent 'provisioner-host-agent/1' --connect-timeout 10 \
    --max-filesize 4194304 --write-out '%{http_code}' "$@" || :
}

uptime() { cut -d ' ' -f 1 /proc/uptime; }

pause=1
# Longer each time, up to five minutes, and not the same for all machines of a rack that lost its appliance.
back_off() {
  delay=$((pause + $$ % (pause + 1)))
  printf '%s: %s; again in %s s\n' "$URL" "$1" "$delay"
  sleep "$delay"
  pause=$((pause * 2))
  [ "$pause" -le 150 ] || pause=150
}

call_home() {
  while :; do
    status=$(call --max-time 30 --output /dev/null --data "uptime=$(uptime)" "$URL/hosts/v1/$MACHINE/home")
    case $status in 2??) break ;; esac
    back_off "calling home ended with status $status"
  done
  pause=1
}

# A line of the step's header.
header() { sed -n "s/^#: $1 //p;/^#: end\$/q" step; }

run_step() {
  key=$(header run)/$(header step)
  # A step that was cut off before runs again: what it changed then still counts.
  if [ "$(cat current 2>/dev/null)" != "$key" ]; then
    rm -f verdict
    printf '%s\n' "$key" >current
  fi
  : >output
  (while sleep 5; do [ "$(wc -c <output)" -le "$max_output" ] || : >output; done) &
  watcher=$!
  began=$(uptime)
  timeout -k 10 "$(header deadline)" sh ./step </dev/null >>output 2>&1 3>>verdict
  code=$?
  took=$(awk "BEGIN { print $(uptime) - $began }")
  kill "$watcher"
  wait "$watcher" 2>/dev/null
  verdict=unchanged
  [ ! -s verdict ] || verdict=changed
  [ "$code" -eq 0 ] || verdict=failed
  tail -c "$tail_output" output >report
  printf 'run=%s&step=%s&verdict=%s&exit=%s&seconds=%s\n' "$(header run)" "$(header step)" "$verdict" "$code" "$took" >result.new
  mv -f result.new result
}

# A result is kept until the appliance has it, or says that it has no use for it.
report() {
  while :; do
    status=$(call --max-time 30 --output /dev/null --header 'Content-Type: text/plain' --data-binary @report "$URL/hosts/v1/$MACHINE/role/result?$(cat result)")
    case $status in
      2?? | 400 | 409 | 413) break ;;
      *) back_off "reporting a step ended with status $status" ;;
    esac
  done
  rm -f result report current verdict step
  pause=1
}

next_step() {
  rm -f step
  status=$(call --max-time 60 --output step.part "$URL/hosts/v1/$MACHINE/role/next?wait=25")
  case $status in
    200)
      # The last line is its own: a step that came in half is not run.
      if [ "$(tail -n 1 step.part)" = '#: whole' ]; then
        mv -f step.part step
        pause=1
      else
        back_off 'a step came in half'
      fi
      ;;
    204)
      # The appliance holds the question for a while; one that doesn't must not be asked without end.
      pause=1
      sleep 2
      ;;
    *) back_off "asking for a step ended with status $status" ;;
  esac
}

call_home
while :; do
  [ ! -f result ] || report
  next_step
  [ ! -f step ] || run_step
done
