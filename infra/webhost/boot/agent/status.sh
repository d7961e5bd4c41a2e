#!/bin/bash
# The status document that the host publishes: at most 4 KB of JSON in one SSM parameter. Sourced after aws.sh; needs
# STATUS_PARAMETER.
#
# shellcheck disable=SC2016 # the variables in single quotes are jq's

status_file=/run/crosscloud/status.json
published_file=/run/crosscloud/published.json
operations_file=/var/lib/crosscloud/operations.json

# status_begin REVISION starts a new document: the host has seen the revision.
status_begin() {
  mkdir -p "${status_file%/*}"
  jq --null-input --arg revision "$1" --argjson versions "$(versions)" \
    '{revision: $revision, state: "converging", hops: [{name: "seen", ok: true, detail: ""}], digest: "",
      certificate: "", versions: $versions, error: "", log: ""}' >"$status_file"
}

# versions prints what the site depends on, as far as it is installed.
versions() {
  jq --null-input --arg debian "$(cat /etc/debian_version)" --arg nginx "$(version_of nginx)" \
    --arg podman "$(version_of podman)" '{debian: $debian, nginx: $nginx, podman: $podman}'
}

# version_of PACKAGE prints its upstream version.
version_of() {
  { dpkg-query -W -f '${Version}' "$1" 2>/dev/null || true; } | sed 's/^[0-9]*://; s/[-+~].*//'
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
  tr '\n' ' ' | plain_lines "$1"
}

# plain_lines LENGTH does the same and leaves the lines.
plain_lines() {
  LC_ALL=C tr -c ' -~\n' ' ' | sed 's#://[^/@ ]*@#://***@#g; s/{{*/{/g; s/  */ /g; s/ $//' | tail -c "$1"
}

# published FIELD prints what was published last.
published() {
  [[ -s $published_file ]] || return 0
  jq --raw-output --arg field "$1" '.[$field] // ""' "$published_file"
}

# status_publish writes the document to SSM, with the time, by which a reader sees that the host is alive. Whoever can go
# on without being heard does.
status_publish() {
  # SSM's limit is 4096 characters. The log takes what is left, but for its last lines, which count more than operations
  # that nobody asks for any more; those come first in the record, and desired.go allows ten others. A long certificate
  # takes its room from the words. operations stays the last field, and the JSON compact: the prepare.sh of any age counts
  # on it (instance.go).
  if recall_operations && jq --compact-output --arg time "$(date -u +%Y-%m-%dT%H:%M:%SZ)" \
    --slurpfile operations "$operations_file" '
    def fits: tojson | length <= 4000;
    . + {time: $time, operations: ($operations[0] | map(if .state == "announced" then .state = "started" else . end))}
    | until(fits or (.log | length) <= 1000; .log |= .[100:])
    | until(fits or (.operations | length) <= 10; .operations |= .[1:])
    | until(fits or .log == ""; .log |= .[100:])
    | if fits then . else .error |= .[:100] | .hops[].detail |= .[:40] | .operations[].detail |= .[:20] end
    | if fits then . else (.hops[] | select(.ok)).detail = "" | .operations[].detail = "" end' \
    "$status_file" | put_parameter "$STATUS_PARAMETER"; then
    cp "$status_file" "$published_file"
  else
    echo 'status: not published' >&2
    return 1
  fi
}

# status_insist publishes what somebody waits for: it tries a second time, as others of the account may have just had the
# writes that SSM takes in a second.
status_insist() {
  status_publish || { sleep 1 && status_publish; }
}

# recall_operations makes the record of operations on a machine that has none: from the status that was published last,
# before anything of this machine's replaces it. It may have had a predecessor, and no operation runs twice; so what the
# predecessor ran is not guessed from a status that is damaged. {} is what the parameter was made with.
recall_operations() {
  local answer operations
  [[ ! -s $operations_file ]] || return 0
  answer=$(get_parameter "$STATUS_PARAMETER") || return 1
  if ! operations=$(jq '.Value // "{}" | fromjson | if . == {} then [] else .operations | arrays end
    | map(if .state == "started" then . + {state: "failed", detail: "it was interrupted"} else . end)' \
    <<<"$answer" 2>/dev/null) || [[ -z $operations ]]; then
    echo "status: what $STATUS_PARAMETER holds is no status; write {} over it, if nothing in it is needed" >&2
    return 1
  fi
  mkdir -p "${operations_file%/*}"
  write_operations <<<"$operations"
}

# write_operations replaces the record by standard input. A loss of power leaves the old one or the new one.
write_operations() {
  cat >"$operations_file.new" && [[ -s $operations_file.new ]] && sync "$operations_file.new" &&
    mv "$operations_file.new" "$operations_file"
}

# disk_complaint says so if a disk is full, which is behind every other error then.
disk_complaint() {
  local device size left mount
  { df --block-size=1M --output=source,size,avail,target / /etc /var/lib/crosscloud /var/lib/containers 2>/dev/null || true; } |
    sed 1d | sort -u | while read -r device size left mount; do
    ((left >= 20)) || printf 'the disk %s (%s) is full: %s of %s MB left; ' "$mount" "$device" "$left" "$size"
  done
}
