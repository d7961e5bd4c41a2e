# shellcheck shell=bash
# Installing the agent of this bundle.

# install_agent puts it in place and sees that it runs. An agent that runs while its files change notices and
# lets systemd start the new one.
install_agent() {
  install -d -m 0755 /usr/local/lib/crosscloud
  place_file desired.sh /usr/local/lib/crosscloud/desired.sh 0644 root:root
  place_file agent /usr/local/lib/crosscloud/agent 0755 root:root
  place_file crosscloud-agent.service /etc/systemd/system/crosscloud-agent.service 0644 root:root
  if [[ $(systemctl show --property=NeedDaemonReload --value crosscloud-agent.service) == yes ]]; then
    systemctl daemon-reload
    changed 'systemd knows the new unit'
  fi
  # Enabling makes systemd read all units again, even when there is nothing to enable.
  if ! systemctl is-enabled --quiet crosscloud-agent.service; then
    systemctl enable --quiet crosscloud-agent.service
    changed 'enabled the agent'
  fi
  # One that is being stopped waits for its run, which may be this one, and stays stopped.
  if [[ $(systemctl show --property=ActiveState --value crosscloud-agent.service) == @(inactive|failed) ]]; then
    systemctl start crosscloud-agent.service
    changed 'started the agent'
  fi
}
