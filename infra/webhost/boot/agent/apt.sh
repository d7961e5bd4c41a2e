#!/bin/bash
# Debian's package manager. Sourced.

# installed PACKAGE: it is there, completely.
installed() {
  [[ $(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null) == 'ii ' ]]
}

# apt_get waits while others install packages, as at a first boot. While others fetch the archive's lists it fails at
# once: DPkg::Lock::Timeout is for dpkg's locks and not for /var/lib/apt/lists/lock. Whoever calls it is run again after
# every error, and after this one, too. The disk is small, so what is installed does not stay as a download.
apt_get() {
  DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 \
    -o APT::Keep-Downloaded-Packages=false "$@"
}

# finish_installations does what an interrupted run left to do, before which apt refuses everything. dpkg does not read
# apt's settings, and nobody is there to answer it: of a file that converge has written, ours stays here, too.
finish_installations() {
  DEBIAN_FRONTEND=noninteractive dpkg --force-confold --configure -a
}

# apt_complaint prints the last error of what apt said, from standard input; or the last line, where dpkg failed.
apt_complaint() {
  local said error
  said=$(cat)
  error=$(grep '^E: ' <<<"$said" | tail -n 1) || error=${said##*$'\n'}
  printf 'apt: %.140s\n' "$error"
}
