# apache_wsgi PATH PROCESSES THREADS: so many of each in every WSGIDaemonProcess (mod_wsgi) of the file; its other options stay.
apache_wsgi() {
  if [ ! -e "$1" ]; then
    change "$1: $2 processes of $3 threads" || return 0
    fail "$1 is not there: what was installed has not brought it"
  fi
  grep -q '^[[:space:]]*WSGIDaemonProcess[[:space:]]' "$1" || fail "$1 has no WSGIDaemonProcess: what runs there is not in processes of its own"
  next=$(
    sed -E "/^[[:space:]]*WSGIDaemonProcess[[:space:]]/{
      s/[[:space:]]+(processes|threads)=[^[:space:]]+//g
      s/^([[:space:]]*WSGIDaemonProcess[[:space:]]+[^[:space:]]+)/\\1 processes=$2 threads=$3/
    }" "$1" || exit
    printf x
  )
  rewritten "$1" "${next%x}"
}
