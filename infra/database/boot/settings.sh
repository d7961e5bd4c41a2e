# shellcheck shell=bash
# The server's configuration. The files in /etc are the whole of it; the cluster is registered with Debian's
# tools by their being there.

place_settings() {
  local memory
  install -d -o postgres -g postgres "${etc%/*}" "$etc"
  memory=$(mktemp)
  write_memory_settings "$memory"
  place_file "$memory" "$etc/memory.conf" 0644 postgres:postgres
  rm "$memory"
  place_file postgresql.conf "$etc/postgresql.conf" 0644 postgres:postgres
  place_file pg_hba.conf "$etc/pg_hba.conf" 0640 postgres:postgres
  place_file pg_ident.conf "$etc/pg_ident.conf" 0640 postgres:postgres
  place_file start.conf "$etc/start.conf" 0644 postgres:postgres
}

# write_memory_settings FILE follows the machine's size by the usual rules of thumb (PostgreSQL's manual,
# "Resource Consumption": a quarter of the memory for shared_buffers; more than 1 GB helps no maintenance). In
# steps of 64 MB, because a new kernel leaves a little more or less and shared_buffers takes a restart.
write_memory_settings() {
  local megabytes maintenance
  megabytes=$(($(sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo) / 1024 / 64 * 64))
  maintenance=$((megabytes / 16 < 1024 ? megabytes / 16 : 1024))
  cat >"$1" <<-SETTINGS
	# Written by converge for a machine with $megabytes MB.
	shared_buffers = $((megabytes / 4))MB
	effective_cache_size = $((megabytes / 2))MB
	maintenance_work_mem = ${maintenance}MB
	SETTINGS
}

# load_settings makes the running server use what the files say.
load_settings() {
  local problems pending before attempt
  problems=$(query <<-'SQL'
	SELECT format('%s line %s: %s', sourcefile, sourceline, error) FROM pg_file_settings
	WHERE error IS NOT NULL AND error <> 'setting could not be applied'
	UNION ALL
	SELECT format('pg_hba.conf line %s: %s', line_number, error) FROM pg_hba_file_rules WHERE error IS NOT NULL
	SQL
  )
  # The server would go on with its old configuration, and say so only in its log.
  [[ -z $problems ]] || die "$problems"

  if [[ $(loaded) != "$(cat "$loaded_files" 2>/dev/null)" ]]; then
    before=$(load_time)
    systemctl reload "$unit"
    # The postmaster takes the signal when it gets to it.
    for ((attempt = 0; attempt < 20; attempt++)); do
      [[ $(load_time) == "$before" ]] || break
      sleep 0.5
    done
    [[ $(load_time) != "$before" ]] || die "the server does not read its configuration; see journalctl -u $unit"
    note_loaded
    changed 'reloaded the server'
  fi
  pending=$(query <<<"SELECT string_agg(name, ', ') FROM pg_settings WHERE pending_restart")
  if [[ -n $pending ]]; then
    log "the server restarts for $pending"
    restart_server || start_server
  fi
}

# loaded_files is what the server has read last: the files' checksums, and the time of that loading. A run that was cut
# off between placing a file and the reload is made up for by the next one, which sees a difference here. The time is no
# more than a name: to compare it with the files' times would be wrong after the clock was set back.
readonly loaded_files=$run_files/loaded-files

# note_loaded is called when the server has just read its files.
note_loaded() {
  loaded >"$loaded_files"
}

loaded() {
  load_time
  sha256sum "$etc"/*.conf "$tls/server.crt" "$tls/server.key"
}

load_time() {
  query <<<'SELECT pg_conf_load_time()'
}
