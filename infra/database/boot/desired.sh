# shellcheck shell=bash
# Getting the desired state from the metadata server. It is one JSON value,
#   {"revision": SHA-256 of the bundle in hexadecimal, "bundle": the tar.gz in base64},
# and the functions here work with what every Debian image has: curl, tar and coreutils.
#
# Callers use them as conditions, where bash ignores -e, so every failure is returned by hand.

readonly desired_url=http://metadata.google.internal/computeMetadata/v1/instance/attributes/crosscloud
readonly bundles=/var/lib/crosscloud/bundles

document='' # the last answer
etag=0      # the version of it; 0 is older than any
revision='' # what unpack_desired found in it,
bundle=''   # and where it put that

# fetch_desired ETAG SECONDS waits until the value is another than ETAG's, or for so many seconds.
fetch_desired() {
  local headers
  headers=$(mktemp) || return 1
  document=$(curl --silent --show-error --fail --max-time "$(($2 + 30))" \
    --header 'Metadata-Flavor: Google' --dump-header "$headers" \
    "$desired_url?wait_for_change=true&last_etag=$1&timeout_sec=$2&alt=text") || {
    rm -f "$headers"
    return 1
  }
  etag=$(sed -n 's/^etag:[[:space:]]*\([^[:space:]]*\).*/\1/Ip' "$headers" | tail -n 1)
  rm -f "$headers"
  # Without a version the next request would not wait, and the agent would spin.
  [[ -n $etag ]] || { echo 'crosscloud: the metadata server sent no ETag' >&2; return 1; }
}

# unpack_desired checks the bundle in $document and extracts it. A bundle's directory appears complete or not
# at all, under the name of its content. At boot, the start-up script and the agent may both be at it.
unpack_desired() {
  local staging
  revision=$(desired_field revision)
  [[ $revision =~ ^[0-9a-f]{64}$ ]] || { echo 'crosscloud: the desired state names no revision' >&2; return 1; }
  bundle=$bundles/$revision
  [[ ! -d $bundle ]] || return 0

  mkdir -p "$bundles" && chmod 0700 "$bundles" && staging=$(mktemp -d "$bundles/.new.XXXXXX") || return 1
  if desired_field bundle | base64 -d >"$staging/bundle.tar.gz" &&
    sha256sum --check --quiet <<<"$revision  $staging/bundle.tar.gz" &&
    mkdir "$staging/files" &&
    tar --extract --gzip --no-same-owner --file "$staging/bundle.tar.gz" --directory "$staging/files" &&
    sync --file-system "$staging/files" &&
    { mv --no-target-directory "$staging/files" "$bundle" || [[ -d $bundle ]]; }; then
    rm -rf "$staging"
    return 0
  fi
  rm -rf "$staging"
  echo "crosscloud: the bundle of revision $revision is damaged" >&2
  return 1
}

# desired_field NAME prints a string of the document. Both strings are plain (hexadecimal, base64), and the
# checksum tells whether they were read right.
desired_field() {
  local rest=${document#*\""$1"\":*\"}
  [[ $rest != "$document" ]] || return 0
  printf '%s' "${rest%%\"*}"
}
