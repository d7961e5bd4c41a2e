#!/bin/bash
# The database's schema, brought to the new release before any slot runs it. The old release keeps serving on the new
# schema: migrations only add what it can do without. Sourced by converge.

migrated_file=$data/migrated
migrate_unit=crosscloud-migrate.service
migrate_log=$run/migrate.log

migrate_database() {
  local first this result code said
  # What was migrated to what: another database, or a password that it must first know, is another try.
  this="$(want .image) $(want .database.address) $(want .databaseUrl.version)"
  if [[ $(cat "$migrated_file" 2>/dev/null) == "$this" ]]; then
    detail='done before'
    return 0
  fi
  # One of the slots lends its user, which the firewall lets to the database, and its files.
  first=$(jq --raw-output '.slots[0].name' "$desired")
  stage_slot "$first"
  put 0644 "$quadlets/crosscloud-migrate.container" < <(
    fill "$here/units/crosscloud-migrate.container" "DIR=$slots/$first/next" "UID=$(slot_value "$first" uid)" \
      "IMAGE=$(want .image)"
  )
  systemctl daemon-reload
  rm -f "$migrate_log"
  # A restart also ends what a run that was killed has left.
  if systemctl restart "$migrate_unit"; then
    cat "$migrate_log"
    printf '%s\n' "$this" >"$migrated_file.new"
    mv "$migrated_file.new" "$migrated_file"
    changed "schema, by $migrate_unit"
    detail='schema is up to date'
    return 0
  fi
  touch "$migrate_log" # where it did not even start
  cat "$migrate_log"
  result=$(systemctl show --property Result --value "$migrate_unit")
  code=$(systemctl show --property ExecMainStatus --value "$migrate_unit")
  said=$(plain 500 <"$migrate_log")
  # Exit codes: those of `app migrate up` (app/main.go), and of podman where the image's program cannot be run (126, 127)
  # or podman itself fails (125).
  case "$result $code" in
  "exit-code $waiting")
    detail='the database does not answer'
    error=$said
    exit "$waiting"
    ;;
  'exit-code 1' | 'exit-code 2' | 'exit-code 126' | 'exit-code 127')
    condemn migrate "the migration failed with exit code $code" "$said"
    ;;
  esac
  detail="the migration ended with $result $code"
  error=$said
  return 1
}
