#!/bin/sh
# Provisioner's host agent: asks the appliance for the next step of this machine's roles, runs it as root, reports what came of it.
# All knowledge is in the steps. POSIX sh and curl; the appliance's address and certificate and this machine's token are in /etc/provisioner.
# "host-agent remove" takes it off the machine.
set -u
umask 077
LC_ALL=C
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH

conf=/etc/provisioner
state=/var/lib/provisioner # lasts over a loss of power: what a step changed, what is to be reported
run=/run/provisioner       # does not: the step itself, which may hold secrets
service=provisioner-host-agent
max_output=1048576   # bytes that a step's output may take; of more, the beginning is forgotten
max_piece=65536      # bytes of it that are sent at once while the step runs
tail_output=16384    # bytes of it that are reported at its end
between_pieces=2     # seconds
pieces_of_silence=7  # a step without a word says that it is alive each so many times

if [ "${1-}" = remove ]; then
  rm -rf "$conf" "$state" "$run" /usr/local/lib/provisioner /etc/apt/apt.conf.d/90provisioner-packages
  if command -v systemctl >/dev/null; then
    systemctl disable --quiet "$service.service"
    rm -f "/etc/systemd/system/$service.service"
    exec systemctl stop --no-block "$service.service"
  fi
  rm -f "/etc/init/$service.conf"
  exec initctl stop "$service"
fi

URL='' MACHINE=''
# shellcheck disable=SC1091 # written by the seed: URL and MACHINE
. "$conf/host-agent.conf" || exit 1
mkdir -p "$state" "$run" && cd "$state" || exit 1

# Prints the HTTP status; 000 where there was no answer. The token stands in a file: arguments can be seen by everybody.
call() {
  curl --config "$conf/host-agent.curl" --user-agent 'provisioner-host-agent/2' --connect-timeout 10 \
    --max-filesize 8388608 --write-out '%{http_code}' "$@" || :
}

# Hundredths of seconds since the kernel started.
now() {
  read -r up _ </proc/uptime
  now=${up%.*}${up#*.}
}

pause=1
# Longer each time, up to five minutes, and not the same for all machines of a rack that lost its appliance.
back_off() {
  delay=$((pause + $$ % (pause + 1)))
  printf '%s: %s; again in %s s\n' "$URL" "$1" "$delay"
  sleep "$delay"
  pause=$((pause * 2))
  [ "$pause" -le 150 ] || pause=150
}

# What roles may want to know of this machine, a word and a value in each line.
facts() {
  printf 'name %s\nkernel %s\narchitecture %s\ncpus %s\n' "$(uname -n)" "$(uname -r)" "$(uname -m)" "$(grep -c '^processor' /proc/cpuinfo)"
  awk '$1 == "MemTotal:" { printf "memory %.0f\n", $2 * 1024 }' /proc/meminfo
  ! grep -qE '^flags.* (vmx|svm)( |$)' /proc/cpuinfo || echo 'virtualisation yes'
  # shellcheck disable=SC1091 # the system's own
  [ ! -r /etc/os-release ] || (. /etc/os-release && printf 'os %s %s\n' "${ID-}" "${VERSION_ID-}")
  if command -v ip >/dev/null; then
    ip -o link show 2>/dev/null | awk '{ for (i = 3; i < NF; i++) if ($i == "link/ether") { sub(/[:@].*/, "", $2); print "nic " $2 " " $(i + 1) } }'
    ip -o addr show scope global 2>/dev/null | awk '{ print "address " $2 " " $4 }'
  fi
  [ ! -r /etc/ssh/ssh_host_ed25519_key.pub ] || awk '{ print "ssh-key " $1 " " $2; exit }' /etc/ssh/ssh_host_ed25519_key.pub
}

call_home() {
  facts >"$run/facts"
  while :; do
    now
    status=$(call --max-time 30 --output /dev/null --data "uptime=${now%??}" --data-urlencode "facts@$run/facts" "$URL/hosts/v1/$MACHINE/home")
    case $status in 2??) break ;; esac
    back_off "calling home ended with status $status"
  done
  pause=1
}

# The step's header, without a process of its own: a role has many steps.
read_header() {
  key='' deadline=300
  while read -r mark name value; do
    case "$mark $name" in
      '#: key') key=$value ;;
      '#: deadline') deadline=$value ;;
      '#: end') break ;;
    esac
  done <"$run/step"
}

# Sends what the running step says, while it says it; and ends the step where the appliance wants it no more.
follow() {
  trap 'kill "$child" 2>/dev/null; exit 0' TERM
  at=0 silent=0
  while :; do
    sleep "$between_pieces" &
    child=$!
    wait "$child"
    size=$(wc -c <"$run/output")
    silent=$((silent + 1))
    if [ "$size" -gt "$at" ] || [ "$silent" -ge "$pieces_of_silence" ]; then
      [ $((size - at)) -le "$max_piece" ] || at=$((size - max_piece))
      tail -c "+$((at + 1))" "$run/output" | head -c "$max_piece" >"$run/piece"
      call --max-time 20 --output /dev/null --header 'Content-Type: text/plain' --data-binary "@$run/piece" \
        "$URL/hosts/v1/$MACHINE/progress?key=$key" >"$run/status" &
      child=$!
      wait "$child"
      case $(cat "$run/status") in
        2??) at=$((at + $(wc -c <"$run/piece"))) silent=0 ;;
        410) kill -TERM "$(cat "$run/worker")" 2>/dev/null ;;
      esac
    fi
    if [ "$size" -gt "$max_output" ]; then
      : >"$run/output"
      at=0
    fi
  done
}

run_step() {
  read_header
  # A step that was cut off before runs again: what it changed and found out then still counts.
  before=''
  [ ! -s current ] || read -r before <current
  if [ "$before" != "$key" ]; then
    rm -f said
    printf '%s\n' "$key" >current
  fi
  : >"$run/output"
  follow &
  follower=$!
  now
  began=$now
  # shellcheck disable=SC2016 # the inner shell expands it
  sh -c 'echo $$ >"$1"; shift; exec timeout -k 10 "$@"' step "$run/worker" "$deadline" sh "$run/step" \
    </dev/null >>"$run/output" 2>&1 3>>said
  code=$?
  now
  took=$((now - began))
  kill "$follower" 2>/dev/null
  wait "$follower" 2>/dev/null
  verdict=unchanged
  [ ! -s said ] || ! grep -q '^changed' said || verdict=changed
  [ "$code" -eq 0 ] || verdict=failed
  : >output
  [ ! -s "$run/output" ] || tail -c "$tail_output" "$run/output" >output
  printf 'key=%s&verdict=%s&exit=%s&seconds=%s.%02d\n' "$key" "$verdict" "$code" $((took / 100)) $((took % 100)) >result.new
  mv -f result.new result
  rm -f "$run/step" "$run/output" "$run/piece"
}

# A script's last line is its own: a step that came in half is not run.
take_step() {
  if [ "$(tail -n 1 "$run/step.part" 2>/dev/null)" = '#: whole' ]; then
    mv -f "$run/step.part" "$run/step"
    pause=1
  else
    rm -f "$run/step.part"
    back_off 'a step came in half'
  fi
}

# A result is kept until the appliance has it, or says that it has no use for it. Its answer is the next step.
report() {
  while :; do
    status=$(call --max-time 60 --output "$run/step.part" --data-urlencode said@said \
      --data-urlencode output@output "$URL/hosts/v1/$MACHINE/result?$(cat result)")
    case $status in
      2?? | 400 | 409 | 410 | 413) break ;;
      *) back_off "reporting a step ended with status $status" ;;
    esac
  done
  rm -f result output current said
  pause=1
  [ "$status" != 200 ] || take_step
}

next_step() {
  status=$(call --max-time 60 --output "$run/step.part" "$URL/hosts/v1/$MACHINE/work?wait=25")
  case $status in
    200) take_step ;;
    204)
      # The appliance holds the question for a while; one that doesn't must not be asked without end.
      pause=1
      sleep 1
      facts >"$run/facts.new"
      cmp -s "$run/facts" "$run/facts.new" || call_home
      ;;
    *) back_off "asking for a step ended with status $status" ;;
  esac
}

rm -f "$run/step" "$run/step.part"
call_home
while :; do
  [ ! -s result ] || report
  [ -f "$run/step" ] || next_step
  [ ! -f "$run/step" ] || run_step
done
