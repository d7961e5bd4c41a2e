#!/bin/bash
# A self-signed certificate for the machine's public address, until somebody brings a better one. Sourced by converge.

certificate=$config/tls/cert.pem
private_key=$config/tls/key.pem

certificate_days=365
renew_days=30

keep_certificate() {
  local address work
  address=$(want .address)
  ! certificate_is_good "$address" || return 0
  work=$(mktemp -d "$run/tls.XXXXXX")
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$work/key.pem"
  openssl req -x509 -key "$work/key.pem" -days "$certificate_days" -out "$work/cert.pem" \
    -subj "/CN=$address" -addext "subjectAltName=IP:$address" -addext 'basicConstraints=critical,CA:FALSE' \
    -addext 'keyUsage=critical,digitalSignature' -addext 'extendedKeyUsage=serverAuth'
  put 0600 "$private_key" <"$work/key.pem"
  put 0644 "$certificate" <"$work/cert.pem"
  rm -r "$work"
  detail="new, for $address"
}

# certificate_is_good ADDRESS: it is there, names the address, belongs to the key, and lasts a while.
certificate_is_good() {
  [[ -s $certificate && -s $private_key ]] &&
    openssl x509 -in "$certificate" -noout -checkend $((renew_days * 86400)) >/dev/null &&
    openssl x509 -in "$certificate" -noout -checkip "$1" | grep -q 'does match' &&
    [[ $(openssl x509 -in "$certificate" -noout -pubkey) == "$(openssl pkey -in "$private_key" -pubout)" ]]
}

# served_certificate prints the certificate that nginx shows to visitors.
served_certificate() {
  openssl s_client -connect 127.0.0.1:443 </dev/null 2>/dev/null | openssl x509 2>/dev/null
}
