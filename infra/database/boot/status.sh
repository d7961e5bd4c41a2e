# shellcheck shell=bash
# What a run puts into the status document.

postgresql='' # version of the server

# write_status STATE keeps what the run has to say so far; where it fails, with the end of its output.
write_status() {
  local done=() hop text=''
  for hop in "${hops[@]}"; do
    done+=("{\"name\":\"${hop%%=*}\",\"ok\":true,\"detail\":$(one_line 150 <<<"${hop#*=}" | json_string)}")
  done
  if [[ -n $failure ]]; then
    done+=("{\"name\":\"$step\",\"ok\":false,\"detail\":$(one_line 150 <<<"$failure" | json_string)}")
    text=$(printable <"$run_log" | tail --bytes=8192)
  fi
  printf '{"revision":"%s","state":"%s","hops":[%s],"versions":{"debian":"%s","postgresql":"%s"},"error":%s,"log":%s' \
    "${PWD##*/}" "$1" "$(IFS=, && echo "${done[*]}")" "$(one_line 20 </etc/debian_version)" "$postgresql" \
    "$(one_line 500 <<<"$failure" | json_string)" "$(json_string <<<"$text")" >"$told_file.new" || return 1
  mv "$told_file.new" "$told_file"
}

# is_news tells whether this revision has not been through a run yet, to its end or to a step that failed. In a text, the
# quotes would be escaped.
is_news() {
  [[ ! -s $told_file || $(text_of revision <"$told_file") != "${PWD##*/}" ]] ||
    [[ $(text_of state <"$told_file") != serving && $(<"$told_file") != *'"ok":false'* ]]
}

# publish_status STATE writes and publishes the document. Callers go on where it fails: it is published again within
# the minute.
publish_status() {
  write_status "$1" || return 1
  # Cloud Storage takes one change of an object per second.
  (($(uptime_seconds) - published_at >= 2)) || sleep 1
  send_status
}

# publish_progress skips what comes too fast, and does not wait again and again where nothing answers.
publish_progress() {
  local rest=2
  [[ -n $news ]] || return 0
  [[ -n $published ]] || rest=10
  (($(uptime_seconds) - published_at >= rest)) || return 0
  publish_status converging || true
}
