#!/bin/bash
# The database's connection string, read only when its version changes. Sourced by converge.

secrets=$data/secrets

# secret_file prints where the desired version is kept.
secret_file() {
  printf '%s/database-url.%s\n' "$secrets" "$(want .databaseUrl.version)"
}

fetch_secret() {
  local file parameter version answer
  file=$(secret_file)
  version=$(want .databaseUrl.version)
  detail="version $version"
  [[ ! -s $file ]] || return 0
  parameter=$(want .databaseUrl.parameter)
  answer=$(get_parameter "$parameter")
  # SSM answers with the newest version. Older than desired: it has not arrived everywhere. Newer: a later desired state
  # is on its way, and this one's secret is gone.
  if [[ $(jq '.Version' <<<"$answer") != "$version" ]]; then
    echo "parameter $parameter: version $(jq '.Version' <<<"$answer") instead of $version" >&2
    return 1
  fi
  install -d -m 0700 "$secrets"
  (umask 077 && jq --raw-output '.Value' <<<"$answer" >"$file.new")
  mv "$file.new" "$file"
  changed "secret, version $version"
  find "$secrets" -type f -not -path "$file" -delete
}
