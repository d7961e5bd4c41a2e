# shellcheck shell=bash
# The end of a run: does the server answer as its clients will ask?

# check_connection makes a TLS handshake and checks the certificate the way sslmode=verify-full does.
check_connection() {
  local address said
  address=$(jq --raw-output .address desired.json)
  said=$(timeout 10 openssl s_client -starttls postgres -connect 127.0.0.1:5432 -tls1_3 -verify_return_error \
    -CAfile "$tls/ca.crt" -verify_ip "$address" </dev/null 2>&1) ||
    die "the server does not answer with a valid certificate for $address: $(grep -i -m 1 error <<<"$said" || echo 'no answer')"
}
