#!/bin/bash
# Installs what the agent itself needs, once. Debian's cloud image has no jq.
#
# An installation that fails is worth telling, so the status is published without jq here. curl and ca-certificates are
# in the image: https://packages.debian.org/trixie/debian-cloud-images-packages.
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=SCRIPTDIR/aws.sh
. "$here/aws.sh"
# shellcheck source=SCRIPTDIR/status.sh
. "$here/status.sh"
# shellcheck source=SCRIPTDIR/apt.sh
. "$here/apt.sh"

log=/run/crosscloud/prepare.log # in memory: words must not fail for want of disk

# What can fail runs in a process of its own, so that an error ends it and nothing else.
main() {
  local package missing=()
  for package in ca-certificates curl jq; do
    installed "$package" || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  mkdir -p "${log%/*}"
  # Until this machine says something, the words of its predecessor stand. Later, its last error should.
  [[ -e $log ]] || "$here/prepare.sh" tell converging || true
  if "$here/prepare.sh" add "${missing[@]}" >"$log" 2>&1; then
    cat "$log"
    return 0
  fi
  cat "$log"
  "$here/prepare.sh" tell retrying || true
  return 1
}

add() {
  [[ -z $(dpkg --audit) ]] || finish_installations
  apt_get update
  apt_get -y --no-install-recommends install "$@"
}

# tell STATE publishes a status with the predecessor's record of operations, which nothing may overwrite: without it, they
# would run again. As long as there is no desired state, nobody waits for an answer.
tell() {
  local revision operations document full error='' hops='{"name":"seen","ok":true,"detail":""}'
  log_in
  # A parameter's value is a string in the answer, in which the quotes of its JSON are escaped.
  revision=$(parameter "$DESIRED_PARAMETER" | sed -n 's/.*\\"revision\\":\\"\([0-9a-f]\{64\}\)\\".*/\1/p')
  # status_publish writes operations last; {} is what the parameter was made with.
  operations=$(parameter "$STATUS_PARAMETER" | sed -n 's/.*"Value": *"{}".*/[]/p; s/.*,\\"operations\\":\(\[.*\]\)}".*/\1/p')
  [[ -n $revision && -n $operations ]] || { echo 'status: not published: a parameter is not as expected' >&2; return 1; }
  if [[ $1 == retrying ]]; then
    hops+=",{\"name\":\"packages\",\"ok\":false,\"detail\":\"$(apt_complaint <"$log" | bare 150)\"}"
    full=$(disk_complaint | bare 300)
    error=${full:+$full }$(bare 300 <"$log")
  fi
  document=$(printf '{"revision":"%s","state":"%s","hops":[%s],"error":"%s","log":"","time":"%s","operations":' \
    "$revision" "$1" "$hops" "$error" "$(date -u +%Y-%m-%dT%H:%M:%SZ)")
  printf '{"Name":"%s","Value":"%s%s}","Type":"String","Overwrite":true}' \
    "$STATUS_PARAMETER" "${document//\"/\\\"}" "$operations" | ssm PutParameter >/dev/null
}

# parameter NAME prints SSM's answer about it.
parameter() {
  ssm GetParameter <<<"{\"Name\":\"$1\"}"
}

# bare LENGTH is plain text that needs no escaping in JSON.
bare() {
  plain "$1" | tr '"\134' "'/" # a quote, a backslash
}

"${1:-main}" "${@:2}"
