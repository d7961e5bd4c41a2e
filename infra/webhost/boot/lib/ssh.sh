#!/bin/bash
# The administrators' keys. They log in as user admin, who may do everything, as the first user of a Debian cloud image
# may. The network lets nobody reach port 22 unless there are keys and networks to come from. Sourced by converge.
#
# A key that has left the list logs nobody in any more; a session that it began goes on until it is ended by hand
# (loginctl terminate-user admin) or the machine is replaced.

admin='admin'
admin_keys=$config/ssh/$admin
sudo_rule=/etc/sudoers.d/crosscloud-$admin
sshd_settings=/etc/ssh/sshd_config.d/00-crosscloud.conf

install_admin_keys() {
  local keys
  keys=$(jq --raw-output '.adminSshKeys[]' "$desired")
  put 0644 "$sshd_settings" <"$here/ssh/sshd.conf"
  load_sshd_settings
  # sshd reads the keys at every login, so one that has left the list is refused from now on.
  if [[ -z $keys ]]; then
    remove_file "$admin_keys"
    remove_file "$sudo_rule"
    detail='no keys'
    return 0
  fi
  create_admin
  put 0440 "$sudo_rule" <"$here/ssh/admin.sudoers"
  put 0644 "$admin_keys" <<<"$keys"
  if ! systemctl is-active --quiet ssh.service && ! systemctl is-active --quiet ssh.socket; then
    systemctl --quiet enable --now ssh.service
    changed 'started sshd'
  fi
  detail="$(wc -l <<<"$keys") keys"
}

# load_sshd_settings: where a socket starts sshd for each connection, it reads its settings each time.
load_sshd_settings() {
  ! in_use sshd "$sshd_settings" || return 0
  if ! systemctl is-active --quiet ssh.service; then
    note_use sshd "$sshd_settings"
    return 0
  fi
  systemctl reload ssh.service
  note_use sshd "$sshd_settings"
  changed 'sshd reads its settings'
}

# create_admin: members of the group adm may read the journal.
create_admin() {
  if ! id "$admin" >/dev/null 2>&1; then
    useradd --create-home --shell /bin/bash "$admin"
    changed "created the user $admin"
  fi
  if [[ " $(id --name --groups "$admin") " != *' adm '* ]]; then
    usermod --append --groups adm "$admin"
    changed "added the user $admin to the group adm"
  fi
}
