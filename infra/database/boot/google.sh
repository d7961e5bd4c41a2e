# shellcheck shell=bash
# Requests to Google's APIs as this VM's service account, with curl and sed alone: the first run has yet to install jq.

readonly metadata=http://metadata.google.internal/computeMetadata/v1

# authorization prints the account's token as a line of a curl configuration. curl is to read it with --config <(…):
# a process's arguments are everybody's to see. The metadata server has the token at hand, so nothing is kept here.
authorization() {
  local token
  token=$(curl --silent --show-error --fail --max-time 10 --header 'Metadata-Flavor: Google' \
    "$metadata/instance/service-accounts/default/token" | text_of access_token)
  [[ -n $token ]] || { log 'the metadata server gives no token of the service account' >&2; return 1; }
  printf 'header = "Authorization: Bearer %s"\n' "$token"
}
