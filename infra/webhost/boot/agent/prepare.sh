#!/bin/bash
# Installs what the agent itself needs, once. Debian's cloud image has no jq.
set -euo pipefail

main() {
  local package missing=()
  for package in ca-certificates curl jq; do
    [[ $(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null) == 'ii ' ]] || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  export DEBIAN_FRONTEND=noninteractive
  # What an interrupted run left behind makes apt refuse everything.
  [[ -z $(dpkg --audit) ]] || dpkg --configure -a
  apt-get -o DPkg::Lock::Timeout=300 -qq update
  apt-get -o DPkg::Lock::Timeout=300 -qq -y --no-install-recommends install "${missing[@]}"
}

main
