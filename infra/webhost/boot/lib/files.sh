#!/bin/bash
# What a run changes: files that change only when their content does, and who has taken them up. Sourced by converge.

changes=0 # how many this run has made

# changed WHAT says what has just become different for others to see. Every such change is announced.
changed() {
  changes=$((changes + 1))
  echo "changed: $*"
}

# put MODE FILE installs standard input as FILE, in one piece, if that differs from what is there. A loss of power leaves
# the old file or the new one: an agent that it left empty would never start again.
put() {
  local content=$2.new
  mkdir -p "${2%/*}"
  if ! (umask 077 && cat >"$content") || ! chmod "$1" "$content"; then
    rm -f "$content" # on a full disk, half a file only makes it fuller
    return 1
  fi
  if cmp -s "$content" "$2" && [[ $(stat -c %a "$content") == "$(stat -c %a "$2")" ]]; then
    rm "$content"
    return 0
  fi
  sync "$content"
  mv "$content" "$2"
  changed "$2"
}

# remove_file FILE removes it if it is there.
remove_file() {
  [[ -e $1 ]] || return 0
  rm "$1"
  changed "$1 removed"
}

# in_use NAME PATH…: the program called NAME has taken up what is in these files (and directories) now. A run that is
# killed between placing a file and making it count is made good by the next one, which sees it here. A boot starts
# every program anew and forgets this.
in_use() {
  local name=$1
  shift
  [[ $(fingerprint "$@") == "$(cat "$run/in-use/$name" 2>/dev/null)" ]]
}

# note_use NAME PATH… remembers that NAME has just taken up these files.
note_use() {
  local name=$1
  shift
  mkdir -p "$run/in-use"
  fingerprint "$@" >"$run/in-use/$name"
}

fingerprint() {
  find "$@" -type f -exec sha256sum {} + 2>/dev/null | sort
}

# fill FILE NAME=VALUE… prints a template with every @NAME@ replaced.
fill() {
  local text pair
  text=$(<"$1")
  shift
  for pair in "$@"; do
    text=${text//"@${pair%%=*}@"/"${pair#*=}"}
  done
  printf '%s\n' "$text"
}
