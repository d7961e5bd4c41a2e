#!/bin/bash
# Start-up script of the database host. Root runs it at every boot.
#
# It only brings the host its bundle and starts the agent that comes with it, so it has no reason to change:
# everything that does change is in the bundle.
set -euo pipefail

# @include desired.sh

until fetch_desired 0 0 && unpack_desired; do
  echo 'crosscloud: no desired state yet, trying again in 5 s' >&2
  sleep 5
done
exec "$bundle/install-agent"
