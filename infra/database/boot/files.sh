# shellcheck shell=bash
# Putting files where they belong.

# place_file SOURCE TARGET MODE OWNER:GROUP makes TARGET what it should be, at once and only if it is not.
place_file() {
  local source=$1 target=$2 mode=$3 owner=$4
  if cmp --quiet "$source" "$target" && [[ $(stat --format '%04a %U:%G' "$target") == "$mode $owner" ]]; then
    return 0
  fi
  install --mode "$mode" --owner "${owner%:*}" --group "${owner#*:}" "$source" "$target.new" &&
    mv "$target.new" "$target" &&
    changed "$target"
}

# remove_file TARGET
remove_file() {
  [[ -e $1 ]] || return 0
  rm "$1"
  changed "removed $1"
}
