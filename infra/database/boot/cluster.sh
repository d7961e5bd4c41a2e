# shellcheck shell=bash
# The database cluster on the data disk, and the server that runs it.

readonly version=17
readonly data=$mountpoint/$version/main
readonly etc=/etc/postgresql/$version/main
readonly binaries=/usr/lib/postgresql/$version/bin
readonly unit=postgresql@$version-main.service

# as_postgres COMMAND… leaves root's directories, which that user may not enter.
as_postgres() {
  runuser --user postgres -- env --chdir=/ "$@"
}

# query VARIABLE=VALUE… runs the SQL on stdin as superuser in database postgres. Values reach it as variables
# of the environment, which \getenv reads: never in the SQL text, never in the process list.
query() {
  (
    # shellcheck disable=SC2163 # the arguments are whole assignments
    export "$@" PGOPTIONS='-c log_min_error_statement=panic'
    as_postgres psql --no-psqlrc --no-align --tuples-only --set=ON_ERROR_STOP=1 --dbname=postgres
  )
}

# create_cluster makes a new one only where there is none. It is made beside its place and renamed into it, so
# that what stands there is always whole.
create_cluster() {
  local foreign
  mountpoint --quiet "$mountpoint" || die "$mountpoint is not mounted"
  [[ ! -f $data/PG_VERSION ]] || return 0
  [[ ! -e $data ]] || die "$data exists and is no cluster; it is left alone"
  foreign=$(compgen -G "$mountpoint/*/main/PG_VERSION" || true)
  [[ -z $foreign ]] || die "the data disk holds a cluster of another version ($foreign); upgrade it first"

  chown postgres:postgres "$mountpoint"
  install -d -o postgres -g postgres "${data%/*}"
  rm -rf "$data.new"
  # The builtin collation is PostgreSQL's own and does not change under the indexes when the C library does.
  as_postgres "$binaries/initdb" --pgdata="$data.new" --username=postgres --auth=reject --data-checksums \
    --encoding=UTF8 --locale-provider=builtin --locale=C.UTF-8 >/dev/null
  mv "$data.new" "$data"
  changed "created the database cluster $data"
}

# own_cluster: on another host the same number may be another user. No server runs on it then: a server starts only on
# files of its own.
own_cluster() {
  [[ $(stat --format %U:%G "$data") != postgres:postgres ]] || return 0
  chown postgres:postgres "$mountpoint"
  chown --recursive postgres:postgres "$mountpoint/$version"
  changed "gave $data to this host's user postgres"
}

# resume_server starts a server that has run here before: whatever fails in the steps after this, it serves on.
resume_server() {
  [[ -f $etc/postgresql.conf && $(server_answer) == 2 ]] || return 0
  systemctl start "$unit" || true
  [[ $(server_answer) == 2 ]] || changed 'started the server'
}

# start_server starts it unless it runs, and waits. One that is starting may be recovering: it is left in peace.
start_server() {
  if [[ $(server_answer) == 2 ]]; then
    systemctl start "$unit"
    changed 'started the server'
  fi
  server_gets_ready || case $(server_answer) in
  2) die "the server does not start; see journalctl -u $unit and /var/log/postgresql" ;;
  *) die 'the server is still starting' ;;
  esac
}

# restart_server returns 1 if the server does not answer afterwards.
restart_server() {
  systemctl restart "$unit" || return 1
  changed 'restarted the server'
  server_gets_ready || return 1
  note_loaded
}

# server_gets_ready waits up to a minute.
server_gets_ready() {
  local attempt
  for ((attempt = 0; attempt < 120; attempt++)); do
    [[ $(server_answer) != 0 ]] || return 0
    sleep 0.5
  done
  return 1
}

# server_answer prints 0: accepts connections, 1: not yet, 2: no server.
server_answer() {
  local answer=0
  pg_isready --quiet --host=/var/run/postgresql || answer=$?
  echo "$answer"
}

# server_version prints the running server's, for example 17.12, or nothing.
server_version() {
  local said
  [[ $(server_answer 2>/dev/null) == 0 ]] || return 0
  said=$(query <<<'SHOW server_version')
  echo "${said%% *}"
}
