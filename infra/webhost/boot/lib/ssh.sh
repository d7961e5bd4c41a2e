#!/bin/bash
# The administrators' keys. The network lets nobody reach port 22 unless they are set. Sourced by converge.

install_admin_keys() {
  local keys changed=''
  keys=$(jq --raw-output '.adminSshKeys[]' "$desired")
  # Debian's images have the user admin; without keys there is nothing to give it.
  if [[ -z $keys ]]; then
    rm -f "$config/ssh/admin"
    return 0
  fi
  put 0644 "$config/ssh/admin" <<<"$keys"
  put 0644 /etc/ssh/sshd_config.d/50-crosscloud.conf <"$here/ssh/50-crosscloud.conf"
  id admin >/dev/null 2>&1 || useradd --create-home --shell /bin/bash admin
  if [[ -n $changed ]]; then
    installed openssh-server || apt_get -y --no-install-recommends install openssh-server
    systemctl reload-or-restart ssh.service
  fi
}
