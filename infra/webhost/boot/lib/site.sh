#!/bin/bash
# What a visitor gets. Sourced by converge.

site_seconds=15

# visit_site asks through nginx, under the site's own address and trusting its own certificate only.
visit_site() {
  local address said end=$(($(uptime_seconds) + site_seconds))
  address=$(want .address)
  # nginx keeps /readyz to itself; that the slots are ready is known from their own ports.
  until said=$(curl --silent --show-error --fail --max-time 5 --noproxy '*' --cacert "$certificate" \
    --connect-to ::127.0.0.1:443 --output /dev/null "https://$address/healthz" 2>&1); do
    if (($(uptime_seconds) >= end)); then
      detail="https://$address/healthz does not answer through nginx"
      error=$said
      return 1
    fi
    sleep 0.5
  done
  detail="https://$address/ answers"
}
