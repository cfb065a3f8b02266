# queue_user NAME PASSWORD VHOST PERMISSIONS TAG...: a user of RabbitMQ on this machine. Passwords go in by standard input.
queue_user() {
  name=$1 password=$2 vhost=$3 permissions=$4
  shift 4
  if ! queue list_users >/dev/null 2>&1; then
    [ -z "$CHECK" ] || { change "queue user $name: made, once its server runs" || return 0; }
    queue await_startup --timeout 120 || fail 'the queue server on this machine does not start up'
  fi
  tags=$(queue list_users | awk -F '\t' -v name="$name" '$1 == name { gsub(/[][,]/, " ", $2); print "x " $2 }')
  if [ -z "$tags" ]; then
    change "queue user $name: made" || return 0
    printf '%s\n' "$password" | queue add_user "$name"
    tags=x
  elif ! printf '%s\n' "$password" | queue authenticate_user "$name" >/dev/null 2>&1; then
    if change "queue user $name: password"; then printf '%s\n' "$password" | queue change_password "$name"; fi
  fi
  # shellcheck disable=SC2086 # words
  if [ "$(printf '%s\n' ${tags#x} | sort | tr '\n' ' ')" != "$(printf '%s\n' "$@" | sort | tr '\n' ' ')" ]; then
    if change "queue user $name: tags $*"; then queue set_user_tags "$name" "$@"; fi
  fi
  if [ "$vhost" != / ] && ! queue list_vhosts | grep -qxF "$vhost"; then
    change "queue vhost $vhost: made" || return 0
    queue add_vhost "$vhost"
  fi
  wanted=$(printf '%s\t%s\t%s\t%s' "$vhost" "$permissions" "$permissions" "$permissions")
  queue list_user_permissions "$name" | grep -qxF "$wanted" && return 0
  change "queue user $name: may use $vhost" || return 0
  queue set_permissions -p "$vhost" "$name" "$permissions" "$permissions" "$permissions"
}
# Tables without a heading; the option is for lists only.
queue() {
  command=$1
  shift
  case $command in list_*) set -- "$@" --no-table-headers ;; esac
  HOME=/var/lib/rabbitmq rabbitmqctl --quiet "$command" "$@" 3>&-
}
