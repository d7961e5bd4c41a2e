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
    # The first boot's own upgrades hold the lock for a while. What dpkg says is kept in /var/log/apt/term.log.
    apt-get --option DPkg::Lock::Timeout=300 --quiet=2 update
    apt-get --option DPkg::Lock::Timeout=300 --quiet=2 --yes --no-install-recommends install "${packages[@]}" >/dev/null
    changed "packages ${packages[*]}"
  fi
}
