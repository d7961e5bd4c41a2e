#!/bin/bash
# Debian's packages. Sourced by converge.

# podman recommends what this host needs none of (rootless containers, bridge networks) besides crun, its runtime.
packages=(
  amazon-ecr-credential-helper ca-certificates crun curl iproute2 jq logrotate nftables nginx openssh-server openssl
  podman procps sudo
)

install_packages() {
  local package missing=()
  put 0644 /etc/apt/apt.conf.d/50crosscloud <"$here/apt/50crosscloud"
  for package in "${packages[@]}"; do
    installed "$package" || missing+=("$package")
  done
  # Signatures for AWS expire within minutes. Debian's images have a client for the time, one of several.
  keeps_time || missing+=(systemd-timesyncd)
  if [[ -n $(dpkg --audit) ]]; then
    finish_installations || blame_apt
    changed 'finished an interrupted installation'
  fi
  ((${#missing[@]})) || return 0
  apt_get update || blame_apt
  apt_get -y --no-install-recommends install "${missing[@]}" || blame_apt
  changed "packages ${missing[*]}"
  detail="installed ${missing[*]}"
}

keeps_time() {
  local line
  # Read to the end: who stops at the first match kills dpkg-query, which then counts as failed.
  # shellcheck disable=SC2016 # the format is dpkg-query's
  line=$(dpkg-query -W -f '${db:Status-Abbrev} ${Provides}\n' | sed -n '/^ii .*\btime-daemon\b/p')
  [[ -n $line ]]
}

# blame_apt ends the step with apt's own error.
blame_apt() {
  detail=$(apt_complaint <"$log")
  return 1
}
