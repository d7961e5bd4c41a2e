# shellcheck shell=bash
# A run's beginning, steps and end.

news=''       # set while each step is published, not only the end
step=''       # the step that is running
hops=()       # the steps before it, NAME=DETAIL
unexpected='' # the command that failed without words
limit=''      # seconds after which the run is stopped, if it is
copier=''     # the process that keeps a copy of the output, here:
readonly run_log=$run_files/converge.log

# begin_step NAME ends the step before, which went well.
begin_step() {
  end_step
  step=$1 detail=''
}

end_step() {
  [[ -n $step ]] || return 0
  hops+=("$step=$detail")
  step=''
  publish_progress
}

# begin_run [LIMIT] is to be called with the lock held. The limit is the agent's, in seconds.
begin_run() {
  limit=${1-}
  mkdir -p "$run_files" "${record%/*}"
  exec 3>&1
  # The copier must not hold the lock, and inherits to ignore signals to the whole group: the last words are to come.
  trap '' HUP INT TERM
  exec > >(exec tee "$run_log" 3>&- 9>&-) 2>&1
  copier=$!
  trap report_error ERR
  trap report_end EXIT
  # By default the shell would call report_end with the code of the last command before the signal: often 0.
  trap 'exit 143' HUP INT PIPE
  trap 'failure="stopped by a signal${limit:+ (the agent sends one after $limit s)}, in: $BASH_COMMAND"; exit 143' TERM
  ! is_news || news=yes
}

# report_error is converge's ERR trap. What it keeps is the script's own text with nothing expanded in it, so
# no secret can be in it.
report_error() {
  unexpected="line ${BASH_LINENO[0]} of ${BASH_SOURCE[1]##*/}: $BASH_COMMAND"
}

# report_end is converge's EXIT trap.
report_end() {
  local code=$? state=serving
  postgresql=$(server_version || true)
  if ((code == 0)); then
    if ((changes == 0)); then log 'nothing changed'; else log "done, $changes changed"; fi
  else
    state=retrying
    failure=${failure:-${unexpected:-"ended with code $code"}}
    log "failed in step $step: $failure"
  fi
  # The copy is complete when the copier has ended. Something left behind may keep its input open.
  exec >&3 2>&1 3>&-
  timeout 2 tail --sleep-interval=0.1 --pid="$copier" --follow /dev/null || true
  publish_status "$state" || true
}
