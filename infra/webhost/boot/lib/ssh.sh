#!/bin/bash
# The administrators' keys. The network lets nobody reach port 22 unless they are set. Sourced by converge.

ssh_config=/etc/ssh/sshd_config.d/10-crosscloud.conf # before cloud-init's: sshd keeps what it reads first
admin_keys=$config/ssh/admin
admin_rights=/etc/sudoers.d/50-crosscloud

install_admin_keys() {
  local keys file
  keys=$(jq --raw-output '.adminSshKeys[]' "$desired")
  # sshd reads a list of keys at every login, so one that is missing from it is refused from now on.
  if [[ -z $keys ]]; then
    for file in "$admin_keys" "$admin_rights"; do
      [[ -e $file ]] || continue
      rm "$file"
      changed "$file removed"
    done
    detail='no keys'
    return 0
  fi
  if ! installed openssh-server || ! installed sudo; then
    apt_get update
    apt_get -y --no-install-recommends install openssh-server sudo
    changed 'packages openssh-server sudo'
  fi
  create_admin
  put 0644 "$ssh_config" <"$here/ssh/10-crosscloud.conf"
  load_ssh
  put 0644 "$admin_keys" <<<"$keys"
  detail="$(wc -l <<<"$keys") keys"
}

# create_admin makes the user admin as Debian's images for AWS do: it reads logs, and may become root without a
# password, which it does not have.
create_admin() {
  if ! id admin >/dev/null 2>&1; then
    useradd --create-home --shell /bin/bash admin
    changed 'user admin'
  fi
  if ! id --name --groups admin | grep -qw adm; then
    usermod --append --groups adm admin
    changed 'group of user admin'
  fi
  put 0440 "$admin_rights" <<<'admin ALL=(ALL) NOPASSWD:ALL'
}

# load_ssh makes sshd read its configuration. Behind a socket of systemd's, each connection does so by itself.
load_ssh() {
  systemctl is-active --quiet ssh.socket || systemctl --quiet enable --now ssh.service
  ! in_use ssh "$ssh_config" || return 0
  systemctl try-reload-or-restart ssh.service
  note_use ssh "$ssh_config"
  changed 'sshd loaded its configuration'
}
