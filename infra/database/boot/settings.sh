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

# load_settings makes the running server use what the files say. It compares times, not what this run did: a
# run that was cut off between the two would be forgotten.
load_settings() {
  local newest problems pending attempt
  problems=$(query <<-'SQL'
	SELECT format('%s line %s: %s', sourcefile, sourceline, error) FROM pg_file_settings
	WHERE error IS NOT NULL AND error <> 'setting could not be applied'
	UNION ALL
	SELECT format('pg_hba.conf line %s: %s', line_number, error) FROM pg_hba_file_rules WHERE error IS NOT NULL
	SQL
  )
  # The server would go on with its old configuration, and say so only in its log.
  [[ -z $problems ]] || die "$problems"

  newest=$(stat --format %.9Y "$etc"/*.conf "$tls/server.crt" "$tls/server.key" | sort --numeric-sort | tail -n 1)
  if [[ $(is_loaded "$newest") != t ]]; then
    systemctl reload "$unit"
    changed 'reloaded the server'
    # The postmaster takes the signal when it gets to it.
    for ((attempt = 0; attempt < 20; attempt++)); do
      [[ $(is_loaded "$newest") != t ]] || break
      sleep 0.5
    done
  fi
  pending=$(query <<<"SELECT string_agg(name, ', ') FROM pg_settings WHERE pending_restart")
  if [[ -n $pending ]]; then
    log "the server restarts for $pending"
    restart_server || start_server
  fi
}

# is_loaded TIME prints t when the server has read its configuration since then (seconds since 1970).
is_loaded() {
  query TIME="$1" <<<$'\\getenv time TIME\nSELECT pg_conf_load_time() >= to_timestamp(:time)'
}
