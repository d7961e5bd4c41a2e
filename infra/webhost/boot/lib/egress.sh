#!/bin/bash
# The firewall around the slots, loaded by a unit of its own before they start. Sourced by converge.

egress_unit=/etc/systemd/system/crosscloud-egress.service

restrict_egress() {
  put 0644 "$config/egress.nft" < <(
    printf 'define slots = { %s }\n' "$(jq --raw-output '[.slots[].uid | tostring] | join(", ")' "$desired")"
    printf 'define database = %s\n' "$(want .database.address)"
    printf 'define port = %s\n' "$(want .database.port)"
    printf 'define resolvers = { %s }\n' "$(resolvers)"
    cat "$here/egress.nft"
  )
  nft --check --file "$config/egress.nft"
  put 0644 "$egress_unit" <"$here/units/crosscloud-egress.service"
  if in_use egress "$config/egress.nft" "$egress_unit" && nft list table inet crosscloud >/dev/null 2>&1; then
    detail='rules are loaded'
    return 0
  fi
  systemctl daemon-reload
  systemctl --quiet enable crosscloud-egress.service
  # A restart would restart the slots, which require it.
  systemctl reload-or-restart crosscloud-egress.service
  note_use egress "$config/egress.nft" "$egress_unit"
  changed 'egress rules'
  detail='rules loaded'
}

# resolvers prints the IPv4 name servers, those behind systemd-resolved's stub too.
resolvers() {
  cat /etc/resolv.conf /run/systemd/resolve/resolv.conf 2>/dev/null |
    awk '$1 == "nameserver" && $2 ~ /^[0-9.]+$/ {print $2} END {print "127.0.0.53"}' | sort -u | paste -sd, -
}
