# What a verb needs and the machine lacks. Sourced by run.

# Verbs that make namespaces or trees of other users' files start again under sudo, and say so.
root() {
  [[ $EUID != 0 ]] || return 0
  command -v sudo >/dev/null || die "\`./run $1\` needs root (network namespaces, packages), and there is no sudo here: become root first"
  say "\`./run $1\` needs root (network namespaces, packages): starting it again with sudo"
  exec sudo --preserve-env=PROVISIONER_CACHE,PROVISIONER_MIRROR,PROVISIONER_SECURITY_MIRROR,PROVISIONER_ACCEL "$here/run" "$@"
}

# need VERB: its Debian packages, and .NET where the verb compiles something.
need() {
  install_missing "\`./run ${1/-/ }\`" $(packages_for "$1")
  case $1 in image | rack) ;; *) need_dotnet ;; esac
}

install_missing() {
  local why=$1 missing
  shift
  (($#)) || return 0
  # dpkg-query fails when it doesn't know a package; what it knows is said all the same.
  missing=$(comm -23 <(printf '%s\n' "$@" | sort -u) <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p' | sort -u))
  [[ -n $missing ]] || return 0
  [[ $EUID == 0 ]] || die "$why needs packages that are missing: sudo apt-get install --no-install-recommends $(paste -sd' ' <<<"$missing")"
  say "$why needs packages that are missing; installing: $(paste -sd' ' <<<"$missing")"
  local policy=/usr/sbin/policy-rc.d made=''
  # They are wanted as tools: none of them may start a service on this machine.
  [[ -e $policy ]] || { printf '#!/bin/sh\nexit 101\n' >$policy; chmod 755 $policy; made=1; }
  local failed=''
  export DEBIAN_FRONTEND=noninteractive
  apt_get install $missing || { apt_get update && apt_get install $missing; } || failed=1
  [[ -z $made ]] || rm -f $policy
  [[ -z $failed ]] || die "apt could not install them (see above); \`apt-get update\` and look at /etc/apt/sources.list"
}
apt_get() { apt-get -qq -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=600 --no-install-recommends -y "$@" >&2; }

# .NET 10: what is there, else the distribution's package, else Microsoft's installer into ~/.dotnet.
need_dotnet() {
  local home=$HOME/.dotnet script
  has_dotnet && return 0
  if [[ -x $home/dotnet ]]; then export PATH=$home:$PATH DOTNET_ROOT=$home; has_dotnet && return 0; fi
  if [[ $(apt-cache policy dotnet-sdk-10.0 2>/dev/null | sed -n 's/^ *Candidate: //p') == [0-9]* ]]; then
    install_missing 'building the appliance' dotnet-sdk-10.0
    has_dotnet && return 0
  fi
  say "the .NET 10 SDK is missing and not among this distribution's packages; installing it into $home with Microsoft's dotnet-install.sh"
  install_missing 'fetching the .NET SDK' curl ca-certificates
  script=$(mktemp)
  curl -fsSL --retry 3 -o "$script" https://dot.net/v1/dotnet-install.sh || die 'https://dot.net/v1/dotnet-install.sh can not be fetched; install the .NET 10 SDK by hand: https://dot.net/download'
  bash "$script" --channel 10.0 --install-dir "$home" >&2 || die 'dotnet-install.sh failed (see above)'
  rm -f "$script"
  export PATH=$home:$PATH DOTNET_ROOT=$home
  has_dotnet || die "the .NET SDK in $home does not answer: $("$home/dotnet" --info 2>&1 | tail -3)"
}
# Without asking dotnet itself, which takes a third of a second: its SDKs are folders.
has_dotnet() {
  local dotnet
  dotnet=$(command -v dotnet) || return 1
  compgen -G "$(dirname "$(readlink -f "$dotnet")")/sdk/10.*" >/dev/null
}
