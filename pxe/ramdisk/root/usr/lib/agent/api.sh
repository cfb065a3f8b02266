# The appliance's /agent/v1. Tokens and bodies go by file: nothing secret stands in a process list.

answer=$run/answer

# token_is TOKEN: what the next calls carry.
token_is() { printf 'header = "Authorization: Bearer %s"\n' "$1" >"$run/bearer"; }

# call SECONDS METHOD PATH [BODY-FILE]: the status in $status, 000 without an answer; the body in the file $answer.
call() {
  : >"$answer"
  if [ -n "${4:-}" ]; then
    status=$(curl -sS --noproxy '*' -K "$run/bearer" --connect-timeout 5 -m "$1" -X "$2" -H 'Content-Type: application/json' \
      --data-binary "@$4" -o "$answer" -w '%{http_code}' "$url/agent/v1$3" 2>"$answer.curl") || true
  else
    status=$(curl -sS --noproxy '*' -K "$run/bearer" --connect-timeout 5 -m "$1" -X "$2" -o "$answer" -w '%{http_code}' \
      "$url/agent/v1$3" 2>"$answer.curl") || true
  fi
  status=${status:-000}
}

# Why the last call failed, in words.
why() {
  case $status in
    000) sed 's/^curl: ([0-9]*) //' "$answer.curl" | head -n 1 ;;
    *) json_value error "$answer" | grep . || echo "HTTP $status" ;;
  esac
}

# post PATH BODY-FILE: until it is taken or refused for good; half an hour at the most. False if it was refused.
post() {
  local ends told=
  clock; ends=$((now + 1800))
  while :; do
    call 20 POST "$1" "$2"
    case $status in
      2??) [ -z "$told" ] || say "The appliance answers again"; return 0 ;;
      4??) [ "$status" = 408 ] || [ "$status" = 429 ] || { say "The appliance refused ${1#/}: $(why)"; return 1; } ;;
    esac
    clock; [ "$now" -lt "$ends" ] || { say "The appliance did not take ${1#/} in half an hour: $(why)"; return 1; }
    [ -n "$told" ] || say "The appliance doesn't take ${1#/} ($(why)); trying again"
    told=1
    sleep 3
  done
}

# note LEVEL TEXT: a line on the machine's timeline; lost if the appliance is away.
note() {
  printf '[{"kind":"agent.note","text":%s,"level":"%s","bytes":null,"seconds":null}]' "$(json_text "$2")" "$1" >"$run/note"
  answer=$run/note.answer
  call 5 POST /events "$run/note"
  answer=$run/answer
}

# hello: session token and name for the boot token. 401 for 5 minutes: the token is spent, only another start gives a new one.
hello() {
  local first told= refused=0
  clock; first=$now
  token_is "$(argument provisioner.token)"
  while :; do
    printf '{"machine":"%s","mac":"%s","firmware":"%s","uptimeSeconds":%s}' "$machine" "$(hello_mac)" "$(firmware)" "$(uptime_seconds)" >"$run/hello"
    call 15 POST /hello "$run/hello"
    case $status in
      200)
        json_value name "$answer" >"$run/name"
        token_is "$(json_value session "$answer")"
        return 0 ;;
      401 | 403)
        [ $refused != 0 ] || { say "The appliance refuses this machine: $(why)"; show "Asking again for 5 minutes, then power off"; clock; refused=$now; }
        clock
        [ $((now - refused)) -lt 300 ] || give_up "The appliance has refused this machine for 5 minutes; it powers off. Start it again for a new try" poweroff 5
        sleep 10 ;;
      *)
        [ -n "$told" ] || { say "The appliance at $url doesn't answer: $(why)"; show "Asking again; is the appliance running?"; }
        told=1
        clock
        [ $((now - first)) -lt 1800 ] || give_up "The appliance at $url has not answered for half an hour; the machine restarts" reboot 5
        sleep 2 ;;
    esac
  done
}

hello_mac() { cat "/sys/class/net/$(cat "$run/interface")/address"; }
firmware() { if [ -d "${SYS:-/sys}/firmware/efi" ]; then echo uefi; else echo bios; fi; }
