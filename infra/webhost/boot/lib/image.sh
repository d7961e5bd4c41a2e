#!/bin/bash
# The app's image: pulled by digest before a slot changes, so that a start never waits for a registry. Sourced by
# converge.

pull_image() {
  local image registry
  image=$(want .image)
  ! podman image exists "$image" || return 0
  registry=${image%%/*}
  put 0600 "$config/registry.json" <<<"{\"credHelpers\": {\"$registry\": \"ecr-login\"}}"
  detail="the registry does not give ${image##*@}"
  # The helper logs in with the machine's role at every pull; a cache would only be one more place for a token. It would
  # find the role's credentials by itself, but not where the metadata service takes longer than a second.
  HOME=/root AWS_ECR_DISABLE_CACHE=true as_role \
    timeout 300 podman pull --quiet --authfile "$config/registry.json" "$image" >/dev/null
  changed "image $image"
  detail=pulled
}

# running_digest prints the digest of the image that the slots run, if they agree. It is the digest of the name that the
# engine started them by and verified when it pulled: an image's own digest is another where that one is an index.
running_digest() {
  slot_names | while read -r slot; do
    podman inspect --format '{{.ImageName}}' "crosscloud-app-$slot" 2>/dev/null
  done | sed 's/.*@//' | sort -u | paste -sd' ' -
}

# prune_images removes what no slot runs. The release is served already, whatever comes of this.
prune_images() {
  podman image prune --all --force >/dev/null || echo 'old images stay' >&2
}
