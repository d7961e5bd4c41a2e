#!/bin/bash
# full-disk.sh fill|empty|restore PLACE… makes the directories into which a host writes full, not full, and what they were.
#
# The root disks of the twin's VMs are all one, the disk of the machine that it runs on, and that can't be filled. So each
# place gets a small file system of its own, with a copy of what is in it. For whoever writes there it is the same as a
# full disk, except that df shows room on /.
set -euo pipefail

fill() {
  local copy
  copy=$(mktemp --directory --tmpdir=/run)
  cp --archive "$1/." "$copy"
  mount -t tmpfs -o size=64m,mode=755 drill "$1"
  cp --archive "$copy/." "$1"
  rm -r "$copy"
  cat /dev/zero >"$1/.filling" 2>/dev/null || true # until there is no space left
}

empty() {
  rm -f "$1/.filling"
}

restore() {
  local copy
  mountpoint --quiet "$1" || return 0
  copy=$(mktemp --directory --tmpdir=/run)
  cp --archive "$1/." "$copy"
  umount --lazy "$1" # running containers still have files of it
  find "$1" -mindepth 1 -delete
  cp --archive "$copy/." "$1"
  rm -r "$copy"
}

command=$1
shift
for place in "$@"; do
  "$command" "$place"
done
