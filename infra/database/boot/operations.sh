# shellcheck shell=bash
# Operations: what the desired state asks to be done once. An operation is never run a second time, whatever happens in
# between: it is published as started before it runs, and neither this host nor one that takes its place runs what
# stands in its record or in the last published document.

readonly remembered=20 # operations that the desired state asks for no longer

# run_operations runs what no host has started yet, in order.
run_operations() {
  local text line pending=()
  if ! inherit_record; then
    [[ $(jq '.operations | length' desired.json) == 0 ]] ||
      die 'operations wait: the last status, which tells what was run, cannot be read'
    return 0
  fi
  settle_interrupted
  text=$(jq --raw-output --argjson record "$operations" \
    '.operations[] | select(.id as $id | all($record[]; .id != $id)) | "\(.id) \(.kind)"' desired.json)
  [[ -z $text ]] || mapfile -t pending <<<"$text"
  for line in "${pending[@]}"; do
    run_operation "${line% *}" "${line#* }"
  done
  if ((${#pending[@]} > 0)); then
    start_server
    check_connection
  fi
  forget_operations
}

# run_operation ID KIND starts only what it could announce. One that fails has been run, and is no reason to fail the run.
run_operation() {
  local id=$1 kind=$2 before=$operations
  note_operation "$id" "$kind" started ''
  if ! publish_status converging || ! save_record; then
    operations=$before
    die "operation $id waits: that it starts cannot be published and recorded"
  fi
  log "operation $id: $kind"
  case $kind in
  restart)
    if restart_server; then
      note_operation "$id" "$kind" 'done' 'the server was restarted and answers'
    else
      note_operation "$id" "$kind" failed 'the server does not answer after its restart'
    fi
    ;;
  *) note_operation "$id" "$kind" failed 'this host has no such operation' ;;
  esac
  save_record || true
  publish_status converging || true
}

# note_operation ID KIND STATE DETAIL puts an operation's state into the record, in its place or at the end.
note_operation() {
  operations=$(jq --compact-output --arg id "$1" --arg kind "$2" --arg state "$3" --arg detail "$4" \
    --arg time "$(now)" '
      {id: $id, kind: $kind, state: $state, detail: $detail, time: $time} as $new
      | if any(.[]; .id == $id) then map(if .id == $id then $new else . end) else . + [$new] end' <<<"$operations")
}

# settle_interrupted: the lock is held, so what stands as started is not running any more. How far it got, nobody knows.
settle_interrupted() {
  [[ $operations == *'"state":"started"'* ]] || return 0
  operations=$(jq --compact-output --arg time "$(now)" '
    map(if .state == "started" then . + {state: "failed", detail: "it was interrupted, and is not run again", time: $time}
      else . end)' <<<"$operations")
  save_record || true
}

# forget_operations keeps those that the desired state names and the newest of the others.
forget_operations() {
  local before=$operations
  operations=$(jq --compact-output --slurpfile desired desired.json --argjson remembered "$remembered" '
    [$desired[0].operations[].id] as $wanted
    | [.[].id | select(. as $id | all($wanted[]; . != $id))][:-$remembered] as $forgotten
    | map(select(.id as $id | all($forgotten[]; . != $id)))' <<<"$operations")
  [[ $operations == "$before" ]] || save_record || true
}
