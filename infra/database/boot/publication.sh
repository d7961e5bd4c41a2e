# shellcheck shell=bash
# Publishing the status document: what this host says of itself, in the one object of a bucket that the deploying side
# reads. It is done without jq, as an installation that fails is worth telling.
#
# Everything but the time and the record of operations is decided by a run and kept in a file, so that it can be told
# again between runs. The file is in memory: a full disk is worth telling, too.
#
# shellcheck disable=SC2034 # not each program that sources this reads all of it

readonly run_files=/run/crosscloud
readonly told_file=$run_files/status.json # the document without its last two fields
# The operations that were started here or on the hosts before this one: [{id, kind, state, detail, time}].
readonly record=/var/lib/crosscloud/operations.json

operations=''    # what the record holds; empty until inherit_record knows it
published_at=-60 # when this process published last, or tried to (uptime_seconds)
published=yes    # whether it could

# uptime_seconds prints the seconds since the boot. Bash takes SECONDS from the clock, which may be set in between.
uptime_seconds() {
  local up
  read -r up _ </proc/uptime
  printf '%s\n' "${up%.*}"
}

# send_status publishes what was written last, with the time, by which a reader sees that the host is alive. Nothing is
# published before the predecessor's document was read, which it overwrites.
send_status() {
  local bucket object
  published='' published_at=$(uptime_seconds)
  inherit_record || return 1
  bucket=$(text_of statusBucket <desired.json)
  object=$(text_of statusObject <desired.json)
  rm -f "$run_files/answer"
  # operations is the last field: inherit_record counts on it.
  if ! printf '%s,"time":"%s","operations":%s}\n' "$(<"$told_file")" "$(now)" "$operations" |
    curl --silent --show-error --fail-with-body --max-time 10 --config <(authorization) \
      --header 'Content-Type: application/json' --data-binary @- --output "$run_files/answer" \
      "https://storage.googleapis.com/upload/storage/v1/b/$bucket/o?uploadType=media&name=$object"; then
    log "the status is not published: $(text_of message <"$run_files/answer" 2>/dev/null | one_line 300)"
    return 1
  fi
  published=yes
}

# inherit_record learns which operations were started before. A new host has no record of its own, and takes that of the
# document that its predecessor published.
inherit_record() {
  local code found=''
  [[ -z $operations ]] || return 0
  if [[ -s $record ]]; then
    operations=$(<"$record")
    return 0
  fi
  code=$(curl --silent --show-error --max-time 10 --config <(authorization) \
    --output "$run_files/predecessor" --write-out '%{http_code}' \
    "https://storage.googleapis.com/storage/v1/b/$(text_of statusBucket <desired.json)/o/$(text_of statusObject <desired.json)?alt=media") || return 1
  case $code in
  200) found=$(<"$run_files/predecessor") ;;
  404) ;;
  *)
    log "the last status cannot be read: $code $(text_of message <"$run_files/predecessor" | one_line 300)"
    return 1
    ;;
  esac
  if [[ -z $found || $found == '{}' ]]; then
    operations='[]'
  elif [[ $found =~ \"operations\":(\[.*\])\}$ ]]; then
    # A quote within a string of JSON is escaped, so this is the field and nothing that looks like it.
    operations=${BASH_REMATCH[1]}
  elif ! operations=$(jq --compact-output '.operations // [] | arrays' <<<"$found") || [[ -z $operations ]]; then
    operations=''
    log 'the last status is no status document; write {} over it, if nothing in it is needed'
    return 1
  fi
  # If it cannot be saved, it stands in what is published next.
  save_record || true
}

save_record() {
  printf '%s\n' "$operations" >"$record.new" && sync "$record.new" && mv "$record.new" "$record" && return 0
  log 'the record of operations cannot be saved'
  return 1
}
