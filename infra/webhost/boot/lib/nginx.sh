#!/bin/bash
# The proxy: its configuration, and which slots it sends requests to. Sourced by converge.

upstream=/etc/nginx/crosscloud/upstream.conf

install_nginx() {
  local file name backup changed=''
  backup=$(mktemp -d "$data/nginx.XXXXXX")
  cp -a /etc/nginx/. "$backup"
  while read -r file; do
    name=${file#"$here"/nginx/}
    # Which slot is down is the rollout's business, here and now.
    [[ /etc/nginx/$name != "$upstream" ]] || ! all_up | cmp -s - "$file" || continue
    put 0644 "/etc/nginx/$name" <"$file"
  done < <(find "$here/nginx" -type f)
  if [[ -n $changed ]] && ! nginx -t -q; then
    cp -a "$backup/." /etc/nginx/
    rm -r "$backup"
    condemn nginx 'nginx refuses its configuration' "$(nginx_complaint)"
  fi
  rm -r "$backup"
  systemctl --quiet enable nginx.service
  if [[ -n $changed ]]; then
    systemctl reload-or-restart nginx.service
    detail='new configuration'
  else
    systemctl start nginx.service
  fi
  nginx_answers
}

# all_up prints the installed list of slots as if none was down.
all_up() {
  sed 's/ down;/;/' "$upstream" 2>/dev/null || true
}

# nginx_complaint prints what the test of the configuration that failed said; the files themselves are gone by now.
nginx_complaint() {
  tail -n 5 "$log" | plain 500
}

# nginx_answers waits until visitors get the certificate that they should. A reload that fails leaves the old one.
nginx_answers() {
  local end=$((SECONDS + 10))
  until [[ $(served_certificate) == "$(openssl x509 -in "$certificate")" ]]; do
    if ((SECONDS >= end)); then
      detail='port 443 does not show the certificate'
      return 1
    fi
    sleep 0.2
  done
}

# upstream_without SLOT sends requests to every slot but this one; "nobody" to all.
upstream_without() {
  local port changed=''
  port=$(slot_value "$1" port)
  put 0644 "$upstream" < <(sed "s/^\(server 127\.0\.0\.1:${port:-none} .*\);/\1 down;/" "$here/nginx/crosscloud/upstream.conf")
  if [[ -n $changed ]]; then
    nginx -t -q
    systemctl reload nginx.service
  fi
}
