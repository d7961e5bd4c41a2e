#!/bin/bash
# The firewall around the slots, loaded by a unit of its own before they start. Sourced by converge.

restrict_egress() {
  local changed=''
  put 0644 "$config/egress.nft" < <(
    printf 'define slots = { %s }\n' "$(jq --raw-output '[.slots[].uid | tostring] | join(", ")' "$desired")"
    printf 'define database = %s\n' "$(want .database.address)"
    printf 'define port = %s\n' "$(want .database.port)"
    printf 'define resolvers = { %s }\n' "$(resolvers)"
    cat "$here/egress.nft"
  )
  nft --check --file "$config/egress.nft"
  put 0644 /etc/systemd/system/crosscloud-egress.service <"$here/units/crosscloud-egress.service"
  if [[ -n $changed ]]; then
    systemctl daemon-reload
    systemctl enable crosscloud-egress.service
    # A restart would restart the slots, which require it.
    systemctl reload-or-restart crosscloud-egress.service
    detail=changed
  elif ! nft list table inet crosscloud >/dev/null 2>&1; then
    systemctl reload-or-restart crosscloud-egress.service
    detail='loaded again'
  fi
}

# resolvers prints the IPv4 name servers, those behind systemd-resolved's stub too.
resolvers() {
  cat /etc/resolv.conf /run/systemd/resolve/resolv.conf 2>/dev/null |
    awk '$1 == "nameserver" && $2 ~ /^[0-9.]+$/ {print $2} END {print "127.0.0.53"}' | sort -u | paste -sd, -
}
