# shellcheck shell=bash
# Every bash that a host's agent starts reads this first (BASH_ENV). It kills converge where that has just made a change
# that somebody outside could see, which is where it is about to call `changed`, and notes the place in its script and what
# it would have said. So each run makes one change, and the next one has to finish the work.

drill=/var/lib/drill

# at_change LINE WHAT… is called where a function is about to announce a change. What puts files in their places does that
# for those who call it, so the place is theirs.
at_change() {
  local place=${BASH_SOURCE[1]} line=$1
  shift
  case ${FUNCNAME[1]} in
  put | place_file | remove_file) place=${BASH_SOURCE[2]} line=${BASH_LINENO[1]} ;;
  esac
  kill_at "${place#*/bundles/*/}:$line" "$@"
}

# kill_at PLACE WHAT… ends the script, and the subshell that it may be in. A run that makes the very change that the run
# before was killed at gets away with it, or there would be no end; that it does so is noted, too.
kill_at() {
  if [[ $(tail --lines=1 "$drill/killed" 2>/dev/null) == "killed $*" ]]; then
    printf 'spared %s\n' "$*" >>"$drill/killed"
    return
  fi
  printf 'killed %s\n' "$*" >>"$drill/killed"
  touch "$drill/again"
  kill -KILL "$$" "$BASHPID"
}

case $0 in
*/converge)
  set -o functrace
  # The words of the call are expanded where it stands; they may have lines of their own, which would count. Within the
  # function the trap meets the call once more.
  # shellcheck disable=SC2154 # BASH_COMMAND is the shell's
  trap '[[ $BASH_COMMAND != "changed "* || ${FUNCNAME[0]-} == changed ]] || eval "at_change \$LINENO ${BASH_COMMAND#changed }"' DEBUG
  ;;
# After an error the agents wait, the longer the more often it happens. Somebody impatient would start them again.
*/agent.sh)
  sleep() { command sleep 0.5; }
  if [[ -e $drill/again ]]; then
    rm "$drill/again"
    rm -f /run/crosscloud/last # when the web host tried last
  fi
  ;;
*/agent)
  trap 'retry=1' DEBUG # seconds until the database host tries again
  ;;
esac
