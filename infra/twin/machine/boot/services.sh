#!/bin/bash
# The first process of the container of the twin's services: takes the metadata address, then becomes the services
# under the operator's own user, so that the files they write belong to the operator. "entry.sh ready" succeeds once
# they listen.
set -euo pipefail

if [[ ${1-} == ready ]]; then
	for port in 443 8443; do
		timeout 1 bash -c "</dev/tcp/127.0.0.1/$port" 2>/dev/null
	done
	exit
fi
ip address replace 169.254.169.254/32 dev lo
exec setpriv --reuid "$TWIN_UID" --regid "$TWIN_GID" --clear-groups --no-new-privs /twin/boot/twin services /twin/data
