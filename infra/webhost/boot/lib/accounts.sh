#!/bin/bash
# One user per slot, so that the firewall can tell their traffic and no other account gets their ids. Sourced by
# converge.

create_accounts() {
  local before
  put 0644 /etc/sysusers.d/crosscloud.conf < <(
    jq --raw-output '.slots[] | "u crosscloud-\(.name) \(.uid) \"App slot \(.name)\" - -"' "$desired"
  )
  before=$(getent passwd | cksum)
  systemd-sysusers /etc/sysusers.d/crosscloud.conf
  [[ $(getent passwd | cksum) == "$before" ]] || changed accounts
}
