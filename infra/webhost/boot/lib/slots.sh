#!/bin/bash
# One slot of the app: its files, its unit, its answers. Sourced by converge.
#
# A slot's release is a directory: unit, environment, the database's CA. `current` is what the unit runs; `previous` is
# what was there before, kept until the rollout is over. While the file `restart` is there, `current` may not be what
# runs: a run that was killed halfway left it for the next one.

slots=$data/slots
quadlets=/etc/containers/systemd

# How long a slot may take to start and to connect; and how often it may end meanwhile.
ready_seconds=60
ready_restarts=3
# How long requests may take to leave a slot, before it is stopped anyway.
drain_seconds=30

slot_names() {
  jq --raw-output '.slots[].name' "$desired"
}

# slot_value SLOT FIELD prints a slot's port or uid.
slot_value() {
  jq --raw-output --arg name "$1" ".slots[] | select(.name == \$name) | .$2" "$desired"
}

# stage_slot SLOT makes `next`, the release that the slot should run.
stage_slot() {
  local next=$slots/$1/next url
  rm -rf "$next"
  install -d -m 0755 "$slots/$1" "$next"
  fill "$here/units/crosscloud-app.container" "SLOT=$1" "PORT=$(slot_value "$1" port)" "UID=$(slot_value "$1" uid)" \
    "IMAGE=$(want .image)" >"$next/unit.container"
  want .databaseCa >"$next/database-ca.pem"
  # The path is the one inside the container.
  url=$(<"$(secret_file)")
  if [[ $url == *\?* ]]; then url+='&'; else url+='?'; fi
  (umask 077 && printf 'DATABASE_URL=%ssslrootcert=/etc/crosscloud/database-ca.pem\n' "$url" >"$next/app.env")
}

# slot_is_current SLOT: what it runs is what it should run.
slot_is_current() {
  [[ ! -e $slots/$1/restart ]] &&
    diff --recursive "$slots/$1/next" "$slots/$1/current" >/dev/null 2>&1 &&
    cmp -s "$slots/$1/current/unit.container" "$quadlets/crosscloud-app-$1.container"
}

# replace_slot SLOT puts `next` in place. An older `previous` stays: what came after it was never seen to work.
replace_slot() {
  local dir=$slots/$1
  touch "$dir/restart"
  if [[ -d $dir/current && ! -d $dir/previous ]]; then
    mv "$dir/current" "$dir/previous"
  fi
  rm -rf "$dir/current"
  mv "$dir/next" "$dir/current"
  start_slot "$1"
}

# restore_slot SLOT puts `previous` back, where there is one.
restore_slot() {
  local dir=$slots/$1
  [[ -d $dir/previous ]] || return 0
  touch "$dir/restart"
  rm -rf "$dir/current"
  mv "$dir/previous" "$dir/current"
  start_slot "$1"
}

# start_slot SLOT starts what `current` describes, instead of whatever ran. That it does not start is for its probes to
# find out.
start_slot() {
  touch "$slots/$1/restart"
  put 0644 "$quadlets/crosscloud-app-$1.container" <"$slots/$1/current/unit.container"
  systemctl daemon-reload
  systemctl restart "crosscloud-app-$1.service" || true
  rm "$slots/$1/restart"
  changed "slot $1 started"
}

# slot_answers SLOT PATH: the slot answers 200. /healthz: it lives; /readyz: so does its database.
slot_answers() {
  curl --silent --fail --max-time 3 --output /dev/null "http://127.0.0.1:$(slot_value "$1" port)$2"
}

# slot_gets_ready SLOT waits for it, as long as there is hope.
slot_gets_ready() {
  local end=$(($(uptime_seconds) + ready_seconds))
  until slot_answers "$1" /readyz; do
    ! slot_crashes "$1" || return 1
    (($(uptime_seconds) < end)) || return 1
    sleep 0.5
  done
}

# slot_crashes SLOT: systemd had to start it again and again since it was started on purpose.
slot_crashes() {
  (($(systemctl show --property NRestarts --value "crosscloud-app-$1.service") >= ready_restarts))
}

# drain_slot SLOT waits until nginx, which no longer sends it new requests, has got its last answer.
drain_slot() {
  local end=$(($(uptime_seconds) + drain_seconds)) port
  port=$(slot_value "$1" port)
  while [[ -n $(ss --no-header --tcp --numeric state established "( dport = :$port )") ]]; do
    if (($(uptime_seconds) >= end)); then
      echo "slot $1: requests were still under way after $drain_seconds seconds"
      return 0
    fi
    sleep 0.2
  done
}
