#!/bin/bash
# The database's connection string, read only when its version changes. Sourced by converge.

secrets=$data/secrets

# secret_file prints where the desired version is kept.
secret_file() {
  printf '%s/database-url.%s\n' "$secrets" "$(want .databaseUrl.version)"
}

fetch_secret() {
  local file
  file=$(secret_file)
  detail="version $(want .databaseUrl.version)"
  [[ -s $file ]] || read_secret "$file"
  # Not only after a reading: a run that was killed just then left the old one.
  find "$secrets" -type f -not -path "$file" -delete
}

# read_secret FILE
read_secret() {
  local parameter version answer
  parameter=$(want .databaseUrl.parameter)
  version=$(want .databaseUrl.version)
  answer=$(get_parameter "$parameter")
  # SSM answers with the newest version. Older than desired: it has not arrived everywhere. Newer: a later desired state
  # is on its way, and this one's secret is gone.
  if [[ $(jq '.Version' <<<"$answer") != "$version" ]]; then
    echo "parameter $parameter: version $(jq '.Version' <<<"$answer") instead of $version" >&2
    return 1
  fi
  install -d -m 0700 "$secrets"
  (umask 077 && jq --raw-output '.Value' <<<"$answer" >"$1.new")
  mv "$1.new" "$1"
  changed "secret, version $version"
}
