#!/bin/bash
# The status document that the host publishes: at most 4 KB of JSON in one SSM parameter. Sourced after aws.sh; needs
# STATUS_PARAMETER.
#
# shellcheck disable=SC2016 # the variables in single quotes are jq's

status_file=/run/crosscloud/status.json
published_file=/run/crosscloud/published.json

# status_begin REVISION starts a new document.
status_begin() {
  mkdir -p "${status_file%/*}"
  jq --null-input --arg revision "$1" \
    '{revision: $revision, state: "converging", hops: [], digest: "", certificate: "", error: ""}' >"$status_file"
}

# edit_status JQ-ARGUMENTS… rewrites the document in one piece.
edit_status() {
  jq "$@" "$status_file" >"$status_file.new"
  mv "$status_file.new" "$status_file"
}

# status_hop NAME true|false DETAIL records one step.
status_hop() {
  edit_status --arg name "$1" --argjson ok "$2" --arg detail "$(plain 150 <<<"$3")" \
    '.hops = [.hops[] | select(.name != $name)] + [{name: $name, ok: $ok, detail: $detail}]'
}

# status_set FIELD VALUE sets one of the document's texts.
status_set() {
  edit_status --arg field "$1" --arg value "$2" '.[$field] = $value'
}

# plain LENGTH keeps the end of standard input, as one line of printable ASCII. SSM refuses "{{" in a value. Whatever
# looks like a password in a URL goes: programs quote what they could not parse.
plain() {
  LC_ALL=C tr -c ' -~' ' ' | sed 's#://[^/@ ]*@#://***@#g; s/{{*/{/g; s/  */ /g; s/ $//' | tail -c "$1"
}

# published FIELD prints what was published last.
published() {
  [[ -s $published_file ]] || return 0
  jq --raw-output --arg field "$1" '.[$field] // ""' "$published_file"
}

# status_publish writes the document to SSM, with the time, by which a reader sees that the host is alive. Not being
# able to tell is no reason to stop: the next run tells.
status_publish() {
  # SSM's limit is 4096 characters; a long certificate takes it from the words.
  if jq --compact-output --arg time "$(date -u +%Y-%m-%dT%H:%M:%SZ)" \
    '. + {time: $time} | if (tojson | length) > 4000 then .error |= .[:100] | .hops[].detail |= .[:40] else . end' \
    "$status_file" | put_parameter "$STATUS_PARAMETER"; then
    cp "$status_file" "$published_file"
  else
    echo 'status: not published' >&2
  fi
}
