#!/bin/bash
# Operations: what somebody asks for once, in the order of desired.json, each at most once whatever happens. Sourced by
# converge.
#
# The record has every operation that this machine, or the one before it, knows of. "announced" is only written there,
# before the world is told "started": a run that ends in between knows by it that the operation has not begun. A machine
# that replaces this one does not, and leaves it.

operated=''   # set when this run has run one
remembered=20 # operations that the desired state asks for no longer

run_operations() {
  local id kind ids
  recall_operations
  forget_operations
  mapfile -t ids < <(jq --raw-output '.operations[]?.id' "$desired")
  for id in "${ids[@]}"; do
    kind=$(jq --raw-output --arg id "$id" '.operations[] | select(.id == $id) | .kind' "$desired")
    case $(operation_state "$id") in
    '' | announced) ;;
    started)
      note_operation "$id" "$kind" failed 'it was interrupted'
      status_publish || true
      continue
      ;;
    *) continue ;;
    esac
    note_operation "$id" "$kind" announced ''
    if ! status_insist; then
      detail="operation $id waits: its start could not be published"
      error=$detail
      return 1
    fi
    changed "operation $id announced"
    note_operation "$id" "$kind" started ''
    operated=yes
    run_operation "$id" "$kind"
    status_insist || true
  done
}

# run_operation ID KIND runs it and notes how it ended. Its failure is not converge's.
run_operation() {
  local code said
  rm -f "$run/operation"
  set +e # not a condition, in which the shell would ignore errors within it
  (set -e && operate "$2")
  code=$?
  set -e
  said=$(cat "$run/operation" 2>/dev/null || true)
  if ((code == 0)); then
    note_operation "$1" "$2" 'done' ''
  else
    note_operation "$1" "$2" failed "${said:-exit code $code}"
  fi
  changed "operation $1 ended"
}

operate() {
  case $1 in
  restart) restart_slots ;;
  *) fail_operation "this host knows no operation of kind $1" ;;
  esac
}

# fail_operation WHY ends the operation that is running.
fail_operation() {
  plain 120 <<<"$1" >"$run/operation"
  exit 1
}

# restart_slots starts the slots anew, one after the other.
restart_slots() {
  local slot
  for slot in $(slot_names); do
    other_is_ready "$slot" || fail_operation "no slot but $slot is ready"
    upstream_without "$slot"
    drain_slot "$slot"
    start_slot "$slot"
    slot_gets_ready "$slot" || fail_operation "slot $slot does not get ready any more"
    upstream_without nobody
  done
}

operation_state() {
  jq --raw-output --arg id "$1" '.[] | select(.id == $id) | .state' "$operations_file"
}

# note_operation ID KIND STATE DETAIL writes it into the record, which survives a loss of power.
note_operation() {
  jq --arg id "$1" --arg kind "$2" --arg state "$3" --arg detail "$4" --arg time "$(date -u +%Y-%m-%dT%H:%M:%SZ)" \
    '[.[] | select(.id != $id)] + [{id: $id, kind: $kind, state: $state, detail: $detail, time: $time}]' \
    "$operations_file" | write_operations
}

# forget_operations keeps those that desired.json names, and before them the newest of the others: an id that comes back
# to the list names what has run.
forget_operations() {
  jq --slurpfile desired "$desired" --argjson remembered "$remembered" '
    [$desired[0].operations[]?.id] as $ids | def wanted: .id as $id | $ids | index($id) != null;
    map(select(wanted | not))[-$remembered:] + map(select(wanted))' "$operations_file" | write_operations
}
