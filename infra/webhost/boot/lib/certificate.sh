#!/bin/bash
# A self-signed certificate for the machine's public address, until somebody brings a better one. Sourced by converge.

certificate=$config/tls/cert.pem
private_key=$config/tls/key.pem

certificate_days=365
renew_days=30

keep_certificate() {
  local address
  address=$(want .address)
  certificate_is_good "$address" || make_certificate "$address"
  # Here and not only with nginx's configuration: on a revision that was given up, the rest of a run does not happen.
  # Where a configuration that nginx refuses lies around, the step for it says so.
  if ! in_use certificate "${certificate%/*}" && systemctl is-active --quiet nginx.service; then
    systemctl reload nginx.service || true
    note_use certificate "${certificate%/*}"
  fi
}

make_certificate() {
  local work
  work=$(mktemp -d "$run/tls.XXXXXX")
  # A key that is there is good: it may be all that a run left that was killed.
  if ! openssl pkey -in "$private_key" -noout 2>/dev/null; then
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$work/key.pem"
    put 0600 "$private_key" <"$work/key.pem"
  fi
  openssl req -x509 -key "$private_key" -days "$certificate_days" -out "$work/cert.pem" \
    -subj "/CN=$1" -addext "subjectAltName=IP:$1" -addext 'basicConstraints=critical,CA:FALSE' \
    -addext 'keyUsage=critical,digitalSignature' -addext 'extendedKeyUsage=serverAuth'
  put 0644 "$certificate" <"$work/cert.pem"
  rm -r "$work"
  detail="new, for $1"
}

# certificate_is_good ADDRESS: it is there, names the address, belongs to the key, and lasts a while. It has begun: one that
# was made while the clock was fast would be refused by whoever has the right time.
certificate_is_good() {
  [[ -s $certificate && -s $private_key ]] &&
    (($(date --date "$(openssl x509 -in "$certificate" -noout -startdate | cut -d= -f2)" +%s) <= $(date +%s))) &&
    openssl x509 -in "$certificate" -noout -checkend $((renew_days * 86400)) >/dev/null &&
    openssl x509 -in "$certificate" -noout -checkip "$1" | grep -q 'does match' &&
    [[ $(openssl x509 -in "$certificate" -noout -pubkey) == "$(openssl pkey -in "$private_key" -pubout)" ]]
}

# served_certificate prints the certificate that nginx shows to visitors. An nginx that takes the connection and says
# nothing must not hold up a run for as long.
served_certificate() {
  timeout 5 openssl s_client -connect 127.0.0.1:443 </dev/null 2>/dev/null | openssl x509 2>/dev/null
}
