# shellcheck shell=bash
# What a run says: lines for the journal, and the status file.

readonly status_file=/var/lib/crosscloud/status.json
changes=0    # how many things this run has changed
step=''      # the step that is running
finished=()  # the steps before it
failure=''   # why the run fails, if it does, in words,
unexpected='' # or else the command that failed

log() {
  printf '%s\n' "$*"
}

changed() {
  changes=$((changes + 1))
  log "changed: $*"
}

die() {
  failure=$*
  exit 1
}

begin_step() {
  [[ -z $step ]] || finished+=("$step")
  step=$1
}

# write_status STATE: other programs read the file, so it is replaced, never written in place. Until the first
# packages are installed there is no jq and so no status.
write_status() {
  command -v jq >/dev/null || return 0
  jq --null-input --compact-output \
    --arg revision "${PWD##*/}" --arg state "$1" --arg step "$step" --arg failure "$failure" \
    --arg time "$(date --utc +%Y-%m-%dT%H:%M:%SZ)" \
    '{
      revision: $revision,
      state: $state,
      hops: ([$ARGS.positional[] | {name: ., ok: true}]
        + if $failure == "" then [] else [{name: $step, ok: false, detail: $failure}] end),
      error: $failure,
      time: $time
    }' --args "${finished[@]}" >"$status_file.new"
  mv "$status_file.new" "$status_file"
}

# report_error is converge's ERR trap. What it keeps is the script's own text with nothing expanded in it, so
# no secret can be in it.
report_error() {
  unexpected="line ${BASH_LINENO[0]} of ${BASH_SOURCE[1]##*/}: $BASH_COMMAND"
}

# report_end is converge's EXIT trap.
report_end() {
  local code=$?
  if ((code == 0)); then
    begin_step ''
    write_status serving
    if ((changes == 0)); then log 'nothing changed'; else log "done, $changes changed"; fi
    return
  fi
  failure=${failure:-${unexpected:-"ended with code $code"}}
  log "failed in step $step: $failure"
  write_status failed
}
