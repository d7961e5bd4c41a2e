#!/bin/bash
# Files that change only when their content does. Sourced by converge.

# put MODE FILE installs standard input as FILE, in one piece, and sets changed=yes if that differs from what was there.
put() {
  local content=$2.new
  mkdir -p "${2%/*}"
  (umask 077 && cat >"$content")
  chmod "$1" "$content"
  if cmp -s "$content" "$2" && [[ $(stat -c %a "$content") == "$(stat -c %a "$2")" ]]; then
    rm "$content"
    return 0
  fi
  mv "$content" "$2"
  # shellcheck disable=SC2034 # the callers read it
  changed=yes
  echo "changed $2"
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
