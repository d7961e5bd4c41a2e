# shellcheck shell=bash
# Debian's own packages. Their later versions are the business of the image's unattended upgrades.

readonly packages=(postgresql-17 jq openssl logrotate openssh-server sudo)

install_packages() {
  local outdated
  export DEBIAN_FRONTEND=noninteractive
  # A run that was cut off (power, stop) leaves packages half-installed, and apt refuses to go on. Where a file of
  # theirs was changed, dpkg would ask which one to keep, and nobody answers.
  if [[ -n $(dpkg --audit) ]]; then
    dpkg --force-confold --configure -a
    changed 'finished an interrupted installation'
  fi
  # shellcheck disable=SC2016 # the format is dpkg-query's
  if dpkg-query --show --showformat '${db:Status-Abbrev}\n' "${packages[@]}" 2>/dev/null | grep --quiet --invert-match '^ii' ||
    ! dpkg-query --show "${packages[@]}" >/dev/null 2>&1; then
    install -d /etc/postgresql-common/createcluster.d
    place_file createcluster.conf /etc/postgresql-common/createcluster.d/crosscloud.conf 0644 root:root
    # An archive that has none of these (the image brings Google's) may be down, or its key may have expired.
    apt_get update || true
    outdated=$apt_error
    apt_get --yes --no-install-recommends install "${packages[@]}" ||
      die "apt: $apt_error${outdated:+ (update: $outdated)}"
    changed "packages ${packages[*]}"
  fi
}

apt_error='' # the last one of the last apt_get

# apt_get waits for dpkg's lock, which the first boot's own upgrades hold for a while. For that of the package lists apt
# does not wait, whatever the option says: where another update holds it, the agent's next run comes. What dpkg says is
# kept in /var/log/apt/term.log.
apt_get() {
  local said code=0
  said=$(apt-get --option DPkg::Lock::Timeout=300 --option Dpkg::Options::=--force-confold --quiet=2 "$@" 2>&1 >/dev/null) || code=$?
  [[ -z $said ]] || log "$said"
  apt_error=$(grep '^E: ' <<<"$said" | tail -n 1 || true)
  return "$code"
}
