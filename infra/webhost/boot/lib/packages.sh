#!/bin/bash
# Debian's packages. Sourced by converge.

# podman recommends what this host needs none of (rootless containers, bridge networks) besides crun, its runtime.
packages=(
  amazon-ecr-credential-helper ca-certificates crun curl iproute2 jq logrotate nftables nginx openssl podman procps
)

install_packages() {
  local package missing=()
  put 0644 /etc/apt/apt.conf.d/50crosscloud <"$here/apt/50crosscloud"
  for package in "${packages[@]}"; do
    installed "$package" || missing+=("$package")
  done
  # Signatures for AWS expire within minutes. Debian's images have a client for the time, one of several.
  keeps_time || missing+=(systemd-timesyncd)
  # What an interrupted run left behind makes apt refuse everything.
  if [[ -n $(dpkg --audit) ]]; then
    DEBIAN_FRONTEND=noninteractive dpkg --configure -a
    changed 'finished an interrupted installation'
  fi
  ((${#missing[@]})) || return 0
  apt_get update
  apt_get -y --no-install-recommends install "${missing[@]}"
  changed "packages ${missing[*]}"
  apt_get clean # the disk is small
  detail="installed ${missing[*]}"
}

installed() {
  [[ $(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null) == 'ii ' ]]
}

keeps_time() {
  local line
  # Read to the end: who stops at the first match kills dpkg-query, which then counts as failed.
  # shellcheck disable=SC2016 # the format is dpkg-query's
  line=$(dpkg-query -W -f '${db:Status-Abbrev} ${Provides}\n' | sed -n '/^ii .*\btime-daemon\b/p')
  [[ -n $line ]]
}

# apt_get waits for the lock: at a first boot others install packages too.
apt_get() {
  DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 "$@"
}
