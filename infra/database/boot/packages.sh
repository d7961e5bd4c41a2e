# shellcheck shell=bash
# Debian's own packages. Their later versions are the business of the image's unattended upgrades.

readonly packages=(postgresql-17 jq openssl logrotate openssh-server sudo)

install_packages() {
  export DEBIAN_FRONTEND=noninteractive
  # A run that was cut off (power, stop) leaves packages half-installed, and apt refuses to go on.
  if [[ -n $(dpkg --audit) ]]; then
    dpkg --configure -a
    changed 'finished an interrupted installation'
  fi
  # shellcheck disable=SC2016 # the format is dpkg-query's
  if dpkg-query --show --showformat '${db:Status-Abbrev}\n' "${packages[@]}" 2>/dev/null | grep --quiet --invert-match '^ii' ||
    ! dpkg-query --show "${packages[@]}" >/dev/null 2>&1; then
    install -d /etc/postgresql-common/createcluster.d
    place_file createcluster.conf /etc/postgresql-common/createcluster.d/crosscloud.conf 0644 root:root
    apt_get update
    apt_get --yes --no-install-recommends install "${packages[@]}"
    changed "packages ${packages[*]}"
  fi
}

# apt_get waits for the lock: the first boot's own upgrades hold it for a while. What dpkg says is kept in
# /var/log/apt/term.log.
apt_get() {
  local said
  if ! said=$(apt-get --option DPkg::Lock::Timeout=300 --quiet=2 "$@" 2>&1 >/dev/null); then
    log "$said"
    die "apt: $(grep '^E: ' <<<"$said" | tail -n 1)"
  fi
  [[ -z $said ]] || log "$said"
}
