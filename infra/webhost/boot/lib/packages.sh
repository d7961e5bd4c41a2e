#!/bin/bash
# Debian's packages. Sourced by converge.

# podman recommends what this host needs none of (rootless containers, bridge networks) besides crun, its runtime.
packages=(
  amazon-ecr-credential-helper ca-certificates crun curl iproute2 jq logrotate nftables nginx openssl podman
)

install_packages() {
  local package missing=() changed=''
  put 0644 /etc/apt/apt.conf.d/50crosscloud <"$here/apt/50crosscloud"
  for package in "${packages[@]}"; do
    installed "$package" || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  dpkg --configure -a # what an interrupted run left behind
  apt_get update
  apt_get -y --no-install-recommends install "${missing[@]}"
  detail="installed ${missing[*]}"
}

installed() {
  [[ $(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null) == 'ii ' ]]
}

# apt_get waits for the lock: at a first boot others install packages too.
apt_get() {
  DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@"
}
