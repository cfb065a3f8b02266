# openstack JSON: {"auth": …, "items": […]}, seen to over the HTTP APIs by one process, in order.
openstack() {
  if ! command -v python3 >/dev/null; then
    [ -z "$CHECK" ] || { change 'OpenStack resources: made, once python3 is installed' || return 0; }
    fail 'python3 is not installed here'
  fi
  printf '%s' "$1" | CHECK=$CHECK python3 -c "$(openstack_py)" || fail 'its words are above'
}
openstack_py() {
  cat <<'PROVISIONER_PYTHON'
#@ openstack.py
PROVISIONER_PYTHON
}
