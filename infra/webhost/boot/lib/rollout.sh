#!/bin/bash
# From the old release to the new one, slot by slot, so that one of them always answers. Sourced by converge.
#
# A new slot that lives and is not ready is judged only while the other one is ready. When neither is, the database may be
# what does not answer, and that says nothing about the release. One that ends again and again, or that does not answer
# /healthz, is judged in any case: it takes no database to live.

failed_file=$data/failed-revision
served_file=$data/served-revision # the last that the site served from both slots

roll_out() {
  local slot
  for slot in $(slot_names); do
    stage_slot "$slot"
  done
  for slot in $(slot_names); do
    step "$slot" roll_slot
  done
  for slot in $(slot_names); do
    rm -rf "$slots/$slot/next" "$slots/$slot/previous"
  done
}

# note_served remembers that the revision is good.
note_served() {
  rm -f "$failed_file"
  printf '%s\n' "$revision" >"$served_file.new"
  mv "$served_file.new" "$served_file"
}

# condemn STEP WHY SAID remembers that the revision is bad, and ends the run.
condemn() {
  current=$1
  detail=$2
  error=$3
  printf '%s\n' "$revision" "$1" "$2" "$3" >"$failed_file.new"
  mv "$failed_file.new" "$failed_file"
  changed "revision condemned at $1"
  exit "$failed"
}

# refuse_failed ends a run whose revision failed before, with the words of then.
refuse_failed() {
  local bad slot why said
  [[ -s $failed_file ]] || return 0
  {
    read -r bad
    read -r slot
    read -r why
    read -r said
  } <"$failed_file"
  [[ $bad != "$revision" ]] || condemn "$slot" "$why" "$said"
}

# roll_slot SLOT brings one slot to the release.
roll_slot() {
  if slot_is_current "$1"; then
    systemctl is-active --quiet "crosscloud-app-$1.service" || start_slot "$1"
  else
    if other_is_ready "$1"; then
      upstream_without "$1"
      drain_slot "$1"
    fi
    replace_slot "$1"
    detail=replaced
  fi
  if slot_gets_ready "$1"; then
    upstream_with "$1"
    return 0
  fi
  if ! other_is_ready "$1" && slot_answers "$1" /healthz; then
    detail='lives, but is not ready, and no other slot tells whether that is the database or the release'
    upstream_without nobody
    exit "$waiting"
  fi
  if [[ -s $served_file && $(<"$served_file") == "$revision" ]]; then
    mend_slot "$1"
  else
    give_up "$1"
  fi
}

# mend_slot SLOT starts a slot of a release that was served here: not the release is bad, but this one process. If that
# does not help, the run fails, and the next one tries again.
mend_slot() {
  ! other_is_ready "$1" || upstream_without "$1"
  start_slot "$1"
  if ! slot_gets_ready "$1"; then
    detail='does not get ready any more'
    error=$(slot_log "$1")
    return 1
  fi
  upstream_with "$1"
  detail='started again'
}

# other_is_ready SLOT: another slot than this one is.
other_is_ready() {
  local other
  for other in $(slot_names); do
    if [[ $other != "$1" ]] && slot_answers "$other" /readyz; then
      return 0
    fi
  done
  return 1
}

# give_up SLOT goes back to the release before, wherever this one is.
give_up() {
  local slot said why="not ready after $ready_seconds seconds"
  said=$(slot_log "$1")
  ! slot_crashes "$1" || why='it ends as soon as it is started'
  # The bad slot first: only when it is back can another one leave.
  for slot in "$1" $(slot_names | grep --invert-match --line-regexp "$1"); do
    [[ -d $slots/$slot/previous ]] || continue
    if other_is_ready "$slot"; then
      upstream_without "$slot"
      drain_slot "$slot"
    fi
    restore_slot "$slot"
    if ! slot_gets_ready "$slot"; then
      echo "slot $slot: the release before does not get ready either" >&2
      break
    fi
  done
  upstream_without nobody
  condemn "$1" "$why" "$said"
}

# slot_log SLOT prints the last that the app in the slot said, without what the engine and systemd say around it.
slot_log() {
  journalctl "_SYSTEMD_UNIT=crosscloud-app-$1.service" _TRANSPORT=stdout --lines 20 --output json --no-pager 2>/dev/null |
    jq --raw-output 'select(._COMM != "podman") | .MESSAGE | strings' | plain 500
}
