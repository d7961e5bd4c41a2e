# shellcheck shell=bash
# What these programs say: lines for the journal.
#
# shellcheck disable=SC2034 # not each of them reads all of this

changes=0  # how many things this run has changed,
detail=''  # and the last one of the running step
failure='' # why the run fails, if it does, in words

log() {
  printf '%s\n' "$*"
}

# changed WHAT comes right after each change that somebody outside could see.
changed() {
  changes=$((changes + 1))
  detail=$*
  log "changed: $*"
}

die() {
  failure=$*
  exit 1
}
