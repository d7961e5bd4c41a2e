# shellcheck shell=bash
# The server's certificate and its key. The key comes from Secret Manager: it is in no bundle, no command line
# and no log.

readonly tls=/etc/crosscloud/tls
readonly secrets=https://secretmanager.googleapis.com/v1

# fetch_server_key asks only when the desired state names another version than the one that is here. It comes
# before the certificates are placed: a server that starts with a certificate and another one's key fails.
fetch_server_key() {
  local secret answer said
  secret=$(jq --raw-output .serverKey desired.json)
  [[ ! -f $tls/server.key || $(cat "$tls/server.key.version" 2>/dev/null) != "$secret" ]] || return 0
  install -d -m 0755 "${tls%/*}" "$tls"
  # What curl itself has to say is somewhere in the answer.
  if ! answer=$(curl --silent --show-error --fail-with-body --max-time 30 --config <(authorization) \
    "$secrets/$secret:access" 2>&1); then
    said=$(text_of message <<<"$answer")
    [[ $answer != *'"PERMISSION_DENIED"'* ]] || said+='; a new permission takes some minutes to work'
    die "cannot read $secret: ${said:-$(grep --only-matching 'curl: .*' <<<"$answer" || true)}"
  fi
  (umask 077 && : >"$tls/server.key.new")
  jq --raw-output --exit-status .payload.data <<<"$answer" | base64 --decode >"$tls/server.key.new" ||
    die "cannot read $secret: the answer holds no payload"
  [[ $(openssl pkey -pubout -in "$tls/server.key.new" 2>/dev/null) == "$(openssl x509 -noout -pubkey -in server.crt)" ]] ||
    die "$secret is not the key of the server's certificate"
  chown root:postgres "$tls/server.key.new"
  chmod 0640 "$tls/server.key.new"
  mv "$tls/server.key.new" "$tls/server.key"
  # The version is written after the key: cut off in between, the next run fetches once more.
  echo "$secret" >"$tls/server.key.version"
  changed "the server's key, $secret"
}

place_certificates() {
  place_file server.crt "$tls/server.crt" 0644 root:root
  place_file ca.crt "$tls/ca.crt" 0644 root:root
}
