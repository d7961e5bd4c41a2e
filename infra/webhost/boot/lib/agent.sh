#!/bin/bash
# The agent keeps itself up to date: user-data brought only its first version. Sourced by converge.

agent_unit=/etc/systemd/system/crosscloud-agent.service

install_agent() {
  local file before=$changes
  for file in "$here"/agent/*.sh; do
    put 0755 "/usr/local/lib/crosscloud/${file##*/}" <"$file"
  done
  put 0644 "$agent_unit" <"$here/agent/crosscloud-agent.service"
  # agent.sh starts a new process per round, so its files count from the next one on; systemd must be told.
  if ! in_use agent "$agent_unit"; then
    systemctl daemon-reload
    note_use agent "$agent_unit"
  fi
  ((changes == before)) || detail=updated
}
