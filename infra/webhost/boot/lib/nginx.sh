#!/bin/bash
# The proxy: its configuration, and which slots it sends requests to. Sourced by converge.

upstream=/etc/nginx/crosscloud/upstream.conf
nginx_good=$data/nginx.good # the configuration that nginx last took

install_nginx() {
  local file name
  keep_good_nginx
  while read -r file; do
    name=${file#"$here"/nginx/}
    # Which slot is down is the rollout's business, here and now.
    [[ /etc/nginx/$name != "$upstream" ]] || ! all_up | cmp -s - "$file" || continue
    put 0644 "/etc/nginx/$name" <"$file"
  done < <(find "$here/nginx" -type f)
  if ! in_use nginx /etc/nginx "${certificate%/*}" && ! nginx -t -q; then
    cp -a "$nginx_good/." /etc/nginx/
    condemn nginx 'nginx refuses its configuration' "$(nginx_complaint)"
  fi
  systemctl --quiet enable nginx.service
  load_nginx
  nginx_shows_certificate
  detail='configuration is loaded'
}

# keep_good_nginx copies the configuration that is in use: a run may be killed before it finds out that its own is bad.
# At first that is the package's.
keep_good_nginx() {
  [[ ! -d $nginx_good ]] || in_use nginx /etc/nginx "${certificate%/*}" || return 0
  ! diff --recursive "$nginx_good" /etc/nginx >/dev/null 2>&1 || return 0
  rm -rf "$nginx_good.new"
  cp -a /etc/nginx "$nginx_good.new"
  rm -rf "$nginx_good"
  mv "$nginx_good.new" "$nginx_good"
}

# all_up prints the installed list of slots as if none was down.
all_up() {
  sed 's/ down;/;/' "$upstream" 2>/dev/null || true
}

# nginx_complaint prints what the test of the configuration that failed said; the files themselves are gone by now.
nginx_complaint() {
  tail -n 5 "$log" | plain 500
}

# load_nginx makes nginx use what is on disk: its configuration, the slots' list, the certificate. It returns when new
# requests meet it.
load_nginx() {
  local old end=$(($(uptime_seconds) + 10))
  if in_use nginx /etc/nginx "${certificate%/*}" && systemctl is-active --quiet nginx.service; then
    return 0
  fi
  nginx -t -q
  old=$(nginx_workers)
  systemctl reload-or-restart nginx.service
  # A reload only asks for it, and one that fails leaves the old workers.
  until nginx_workers | grep --quiet --invert-match --line-regexp --fixed-strings "${old:-none}"; do
    if (($(uptime_seconds) >= end)); then
      detail='nginx does not take its configuration'
      return 1
    fi
    sleep 0.1
  done
  note_use nginx /etc/nginx "${certificate%/*}"
  changed 'nginx loaded its configuration'
}

nginx_workers() {
  pgrep --parent "$(systemctl show --property MainPID --value nginx.service)" | sort || true
}

# nginx_shows_certificate waits until visitors get the certificate that they should.
nginx_shows_certificate() {
  local end=$(($(uptime_seconds) + 10))
  until [[ $(served_certificate) == "$(openssl x509 -in "$certificate")" ]]; do
    if (($(uptime_seconds) >= end)); then
      detail='port 443 does not show the certificate'
      return 1
    fi
    sleep 0.2
  done
}

# upstream_without SLOT sends requests to every slot but this one; "nobody" to all.
upstream_without() {
  local port
  port=$(slot_value "$1" port)
  put 0644 "$upstream" < <(sed "s/^\(server 127\.0\.0\.1:${port:-none} .*\);/\1 down;/" "$here/nginx/crosscloud/upstream.conf")
  load_nginx
}

# upstream_with SLOT sends requests to this slot, too. One that a run before took out, and meant to replace, stays out.
upstream_with() {
  local port
  port=$(slot_value "$1" port)
  put 0644 "$upstream" < <(sed "s/^\(server 127\.0\.0\.1:$port .*\) down;/\1;/" "$upstream")
  load_nginx
}
