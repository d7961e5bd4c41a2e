# shellcheck shell=bash
# The administrators' keys. They log in as user admin, who may do everything, as the first user of a Debian cloud image
# may. The firewall lets nobody reach port 22 unless there are keys and networks to come from.
#
# A key that has left the list logs nobody in any more; a session that it began goes on until it is ended by hand
# (loginctl terminate-user admin) or the machine is replaced.

readonly admin=admin
readonly admin_keys=/etc/crosscloud/ssh/$admin
readonly sudo_rule=/etc/sudoers.d/crosscloud-$admin
readonly sshd_settings=/etc/ssh/sshd_config.d/00-crosscloud.conf
readonly reload_sshd=$run_files/reload-sshd # exists while sshd has yet to read its settings
ssh_trouble=''                              # why nobody can log in

# place_admin_keys: sshd reads them at every login.
place_admin_keys() {
  local keys
  keys=$(jq --raw-output '.adminSshKeys[]' desired.json)
  if [[ -z $keys ]]; then
    remove_file "$admin_keys"
    remove_file "$sudo_rule"
    detail='no keys'
    return 0
  fi
  place_file admin.sudoers "$sudo_rule" 0440 root:root
  install -d -m 0755 "${admin_keys%/*}"
  printf '%s\n' "$keys" >"$run_files/admin-keys"
  place_file "$run_files/admin-keys" "$admin_keys" 0644 root:root
  detail="$(wc -l <<<"$keys") keys"
}

# serve_ssh is the rest. It may fail without stopping the run, at whose end report_ssh tells of it: an administrator may
# be needed to cure the very thing that stops it. So its parts are conditions, where bash ignores -e, and return failures by
# hand.
serve_ssh() {
  if ! place_sshd_settings; then
    ssh_trouble='sshd does not take its settings'
  elif [[ ! -e $admin_keys ]]; then
    return 0
  elif ! create_admin; then
    ssh_trouble="the user $admin cannot be made"
  elif ! start_sshd; then
    ssh_trouble='sshd does not start'
  fi
  [[ -z $ssh_trouble ]] || log "ssh: $ssh_trouble" # the run may not come to its end
}

report_ssh() {
  [[ -z $ssh_trouble ]] || die "$ssh_trouble; see journalctl -u crosscloud-agent -u ssh"
}

# place_sshd_settings: where a socket starts sshd for each connection, it reads its settings each time.
place_sshd_settings() {
  if ! cmp --quiet sshd.conf "$sshd_settings"; then
    touch "$reload_sshd" || return 1
    place_file sshd.conf "$sshd_settings" 0644 root:root || return 1
  fi
  [[ -e $reload_sshd ]] || return 0
  if ! systemctl is-active --quiet ssh.service; then
    rm "$reload_sshd"
    return
  fi
  systemctl reload ssh.service || return 1
  rm "$reload_sshd" || return 1
  changed 'sshd reads its settings'
}

# create_admin: members of the group adm may read the journal.
create_admin() {
  if ! id "$admin" >/dev/null 2>&1; then
    useradd --create-home --shell /bin/bash "$admin" || return 1
    changed "created the user $admin"
  fi
  if [[ " $(id --name --groups "$admin") " != *' adm '* ]]; then
    usermod --append --groups adm "$admin" || return 1
    changed "added the user $admin to the group adm"
  fi
}

start_sshd() {
  ! systemctl is-active --quiet ssh.service && ! systemctl is-active --quiet ssh.socket || return 0
  systemctl enable --quiet --now ssh.service || return 1
  changed 'started sshd'
}
