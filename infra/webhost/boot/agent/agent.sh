#!/bin/bash
# Follows this host's desired state: looks at one SSM parameter every five seconds, fetches the bundle that it names,
# verifies it and runs its converge.
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=SCRIPTDIR/aws.sh
. "$here/aws.sh"
# shellcheck source=SCRIPTDIR/status.sh
. "$here/status.sh"

bundles=/var/lib/crosscloud/bundles
run=/run/crosscloud
log=$run/converge.log # in memory: words must not fail for want of disk

poll_seconds=5
# What decays by itself (a certificate, a file that somebody edited) is looked after this often.
settled_seconds=300
# After an error that time may cure: an archive that is down, a permission that has not arrived.
retry_seconds=15
# Packages from a slow archive, a migration, two slots.
converge_seconds=1800

# Exit codes of converge, besides 0 and errors.
failed=3   # the revision is bad and will not be tried again
waiting=75 # for the database; EX_TEMPFAIL of sysexits.h

# look is one round. It runs in a process of its own, so that an error ends it and nothing else.
look() {
  local desired revision
  log_in
  desired=$(get_parameter "$DESIRED_PARAMETER" | jq --raw-output '.Value')
  revision=$(jq --raw-output '.revision' <<<"$desired")
  [[ $revision =~ ^[0-9a-f]{64}$ ]] || { echo "desired state: no revision in: $desired" >&2; return 1; }
  printf '%s\n' "$revision" >"$run/revision"
  due "$revision" || return 0
  announce "$revision"
  fetch "$revision" "$(jq --raw-output '.bucket' <<<"$desired")" "$(jq --raw-output '.key' <<<"$desired")"
  converge "$revision"
  forget_bundles "$revision"
}

# announce REVISION tells the world that a new revision was seen, before anything can go wrong with it.
announce() {
  [[ $(published revision) != "$1" ]] || return 0
  status_begin "$1"
  status_publish || true
}

# due REVISION tells whether it is time to converge: at once for a new revision, later for one that was tried.
due() {
  local revision code time wait passed
  [[ -s $run/last ]] || return 0
  read -r revision code time <"$run/last"
  [[ $revision == "$1" ]] || return 0
  case $code in
  0 | "$failed") wait=$settled_seconds ;;
  "$waiting") wait=0 ;;
  *) wait=$retry_seconds ;;
  esac
  passed=$(($(date +%s) - time))
  ((passed >= wait || passed < 0)) # the clock may have been set back
}

# fetch REVISION BUCKET KEY makes the bundle's directory, if it is not there already.
fetch() {
  local archive=$bundles/$1.tar.gz unpacked=$bundles/$1.part
  [[ ! -d $bundles/$1 ]] || return 0
  mkdir -p "$bundles"
  get_object "$2" "$3" "$archive"
  if ! sha256sum --check --status <<<"$1  $archive"; then
    echo "bundle $3: its content is not the revision that was asked for" >&2
    rm "$archive"
    return 1
  fi
  rm -rf "$unpacked"
  mkdir "$unpacked"
  tar -xzf "$archive" -C "$unpacked" --no-same-owner
  rm "$archive"
  # The name must not reach the disk before the files do: after a loss of power they would be empty.
  sync --file-system "$unpacked"
  mv "$unpacked" "$bundles/$1"
}

# converge REVISION runs the bundle's program, remembers how and when it ended, and tells what it could not tell itself.
converge() {
  local code=0 why='' before
  before=$(status_identity)
  CONVERGE_LOG=$log timeout --kill-after=30 "$converge_seconds" "$bundles/$1/converge" >"$log" 2>&1 || code=$?
  cat "$log"
  if ((code == 124)); then # timeout's
    why="converge did not end within $converge_seconds seconds"
  elif ((code > 128)); then
    why="converge was ended with code $code"
  elif [[ $(status_identity) == "$before" || $(jq --raw-output '.state' "$status_file") == converging ]]; then
    # Something is wrong with the bundle itself: bash takes an empty file for a program that succeeds. It is fetched anew.
    why="converge ended with code $code and no outcome: $(tail -n 1 "$log")"
    code=1
    rm -rf "${bundles:?}/$1"
  fi
  printf '%s %s %s\n' "$1" "$code" "$(date +%s)" >"$run/last"
  [[ -z $why ]] || complain "$1" "$why"
}

# status_identity tells this status document from any other: each run replaces it, somebody's by hand, too.
status_identity() {
  stat --format '%i %z' "$status_file" 2>/dev/null || true
}

# forget_bundles REVISION keeps this bundle and the three before it, for a look at what changed.
forget_bundles() {
  find "$bundles" -mindepth 1 -maxdepth 1 -not -name "$1" -printf '%T@ %p\n' | sort -rn | tail -n +4 |
    cut -d' ' -f2- | xargs --no-run-if-empty rm -rf
}

# complain REVISION WHY publishes that something ended before it could say so itself, and will be tried again.
complain() {
  log_in
  [[ $(published revision) == "$1" && -s $status_file ]] || status_begin "$1"
  status_set state retrying
  status_set error "$(disk_complaint)$(plain 500 <<<"$2")"
  status_insist
}

# report tells why a round ended before converge could. A revision that has met its converge has a status from there, and
# a moment without SSM is no reason to take that back.
report() {
  [[ -s $run/revision ]] || return 0
  [[ ! -s $run/last || $(<"$run/last") != "$(<"$run/revision") "* ]] || return 0
  complain "$(<"$run/revision")" "$(<"$run/complaint")"
}

# words_of_complaint leaves out its numbers: another time of day makes no other complaint.
words_of_complaint() {
  tr --delete '0-9' <"$run/complaint"
}

# follow looks for ever, says the same complaint once, and repeats it to the world until it is heard; then again as often
# as a host that is well says so, or it would count as silent (hoststatus.Silence). That is counted in rounds, not by the
# clock, which may be set. When a bundle has brought another version of this file, systemd starts that one.
follow() {
  local said='' heard=0 started_as
  started_as=$(sha256sum "$here/agent.sh")
  mkdir -p "$run"
  # When the shell ends, systemd kills what it leaves; so it stays for the round that is under way.
  trap 'exit 0' TERM
  while true; do
    if "$here/agent.sh" look 2>"$run/complaint"; then
      said=''
    else
      if [[ $(words_of_complaint) != "$said" ]]; then
        said=$(words_of_complaint)
        heard=0
        cat "$run/complaint" >&2
      fi
      if ((heard > 0)); then
        heard=$((heard - 1))
      elif "$here/agent.sh" report 2>/dev/null; then # what keeps it from being heard is, as a rule, what it is about
        heard=$((settled_seconds / poll_seconds))
      fi
    fi
    [[ $(sha256sum "$here/agent.sh") == "$started_as" ]] || exit 0
    sleep "$poll_seconds" &
    wait "$!"
  done
}

"${1:-follow}"
