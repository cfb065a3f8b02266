# The image's way: fetched in ranges, each whole before it is used, so that a lost connection costs no more than waiting;
# hashed as it arrives, unpacked and written by zstd itself: a pipe to dd costs four times as much where the image is zeros.

chunk_bytes=${chunk_bytes:-16777216}

# fetch OFFSET LENGTH FILE: goes on where it broke off; half an hour without a byte is the end.
fetch() {
  local have=0 before told= ends code
  : >"$3"
  clock; ends=$((now + 1800))
  while [ "$have" -lt "$2" ]; do
    before=$have
    code=$(curl -sS -f --noproxy '*' --connect-timeout 5 --speed-limit 1000 --speed-time 15 -r "$(($1 + have))-$(($1 + $2 - 1))" \
      -w '%{stderr}%{http_code}' "$url_of_image" 2>"$3.err" >>"$3"; tail -c 3 "$3.err")
    have=$(wc -c <"$3")
    [ "$code" != 200 ] || [ "$image_bytes" = "$2" ] || { echo "the appliance sends the whole image where a range was asked for" >"$run/fetch.fault"; return 1; }
    case $code in 4??) echo "the appliance refuses the image: HTTP $code for $url_of_image" >"$run/fetch.fault"; return 1 ;; esac
    [ "$have" -le "$2" ] || { echo "the appliance sent more than was asked for" >"$run/fetch.fault"; return 1; }
    [ "$have" -lt "$2" ] || break
    clock
    [ "$have" = "$before" ] || ends=$((now + 1800))
    [ "$now" -lt "$ends" ] || { echo "no byte of the image in half an hour: $(head -n 1 "$3.err")" >"$run/fetch.fault"; return 1; }
    [ -n "$told" ] || { say "The image's stream broke off at $(($1 + have)) of $image_bytes bytes; trying again"; note warning "the image's stream broke off at $(($1 + have)) bytes: $(sed 's/ *[0-9]*$//' "$3.err" | head -n 1)"; }
    told=1
    sleep 2
  done
  [ -z "$told" ] || { say "The image's stream goes on at $(($1 + have))"; note info "the image's stream goes on at $(($1 + have)) bytes"; }
}

# All ranges to standard output and to the sum on descriptor 3; the next one is fetched while one is used.
feed() {
  local offset=0 length next slot=0 pid posted=0
  length=$(smaller $chunk_bytes "$image_bytes")
  fetch 0 "$length" "$run/range.0" || return
  while [ "$length" -gt 0 ]; do
    next=$((offset + length))
    next_length=$(smaller $chunk_bytes $((image_bytes - next)))
    pid=
    if [ "$next_length" -gt 0 ]; then
      fetch $next "$next_length" "$run/range.$((1 - slot))" 3>&- >/dev/null &
      pid=$!
    fi
    timeout 900 cat "$run/range.$slot" >&3 &
    timeout 900 cat "$run/range.$slot" || return
    wait $! || return
    clock
    if [ "$now" -gt $((posted + 1)) ]; then posted=$now; progress image "$next" "$image_bytes" >&2; fi
    [ -z "$pid" ] || wait $pid || return
    offset=$next length=$next_length slot=$((1 - slot))
  done
}

smaller() { if [ "$1" -lt "$2" ]; then echo "$1"; else echo "$2"; fi; }

# Both ends of the pipe leave their verdict. No checksums of zstd's own: the SHA-256 covers every byte that it reads.
write_image() {
  local sum written began
  clock; began=$now
  rm -f "$run/sum.in" "$run/fetch.fault"
  mkfifo "$run/sum.in"
  /usr/bin/sha256sum <"$run/sum.in" >"$run/sum" &
  sum=$!
  { feed 3>"$run/sum.in"; echo $? >"$run/feed.end"; } |
    { timeout 14400 zstd -d -f --no-progress --no-check $sparse -o "$path" 2>"$run/zstd.err"; echo $? >"$run/zstd.end"; }
  wait $sum
  rm -f "$run"/range.*
  # The kernel keeps an error of writing for the first fsync that asks.
  ! grep -q 'Write error\|cannot write' "$run/zstd.err" && timeout 900 /usr/bin/dd if=/dev/null of="$path" conv=nocreat,notrunc,fsync ||
    fail "writing to $path failed: $(tail_of "$run/zstd.err") $(tail_of "$run/install.log")" || return
  [ "$(cat "$run/feed.end")" = 0 ] || fail "$(cat "$run/fetch.fault" 2>/dev/null || echo "the image's stream ended early")" || return
  progress verify 0 "$image_bytes"
  [ "$(cut -d' ' -f1 "$run/sum")" = "$image_sum" ] || fail "the image's SHA-256 is $(cut -d' ' -f1 "$run/sum") instead of $image_sum: the file on the appliance is not the one that was built" || return
  [ "$(cat "$run/zstd.end")" = 0 ] || fail "the image is not whole: $(tail_of "$run/zstd.err")" || return
  written=$(tr '\r' '\n' <"$run/zstd.err" | sed -n 's/.*: *\([0-9]*\) bytes.*/\1/p' | tail -n 1)
  [ "$written" = "$raw_bytes" ] || fail "the image unpacked to $written bytes instead of $raw_bytes" || return
  clock
  note info "$raw_bytes bytes written to $path in $((now - began)) s, SHA-256 as it should be"
  progress verify "$image_bytes" "$image_bytes"
}
