#!/bin/bash
# The agent keeps itself up to date: user-data brought only its first version. Sourced by converge.

install_agent() {
  local file changed=''
  for file in "$here"/agent/*.sh; do
    put 0755 "/usr/local/lib/crosscloud/${file##*/}" <"$file"
  done
  put 0644 /etc/systemd/system/crosscloud-agent.service <"$here/agent/crosscloud-agent.service"
  if [[ -n $changed ]]; then
    systemctl daemon-reload # agent.sh starts a new process per round, so the files count from the next one on
    detail=updated
  fi
}
