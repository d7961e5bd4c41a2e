#!/bin/bash
# The agent keeps itself up to date: user-data brought only its first version. Sourced by converge.

agent_unit=/etc/systemd/system/crosscloud-agent.service

install_agent() {
  local file before=$changes
  for file in "$here"/agent/*.sh; do
    put 0755 "/usr/local/lib/crosscloud/${file##*/}" <"$file"
  done
  put 0644 "$agent_unit" <"$here/agent/crosscloud-agent.service"
  # A new agent.sh starts in the old one's place after the round that is under way, and each round reads the other files
  # anew. Of another unit systemd must be told; it counts from the agent's next start on.
  if ! in_use agent "$agent_unit"; then
    systemctl daemon-reload
    note_use agent "$agent_unit"
  fi
  ((changes == before)) || detail=updated
}
