#!/bin/bash
# Runs once, at a machine's first boot: installs the agent and starts it. Whatever can fail (network, package archive,
# permissions) is left to the agent, which tries again and survives reboots; cloud-init would not run this twice.
# The agent's files follow the last line as a tar.gz in base64.
set -euo pipefail

main() {
  local files
  files=$(mktemp -d)
  sed '1,/^#ARCHIVE$/d' "${BASH_SOURCE[0]}" | base64 -d | tar -xzf - -C "$files" --no-same-owner
  install -D -m 0644 "$files/agent.env" /etc/crosscloud/agent.env
  install -d -m 0755 /usr/local/lib/crosscloud
  install -m 0755 "$files"/*.sh /usr/local/lib/crosscloud/
  install -m 0644 "$files/crosscloud-agent.service" /etc/systemd/system/
  rm -r "$files"
  # A loss of power must not leave empty files behind an agent that is enabled.
  sync
  systemctl daemon-reload
  systemctl enable crosscloud-agent.service
  # cloud-init is part of the boot that the agent waits for, so waiting here for the agent could block both.
  systemctl start --no-block crosscloud-agent.service
}

main
exit 0
#ARCHIVE
