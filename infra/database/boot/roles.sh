# shellcheck shell=bash
# The database, its owner and who may log in.

define_roles() {
  local commands
  commands=$(query \
    CROSSCLOUD_DATABASE="$(jq --raw-output .database desired.json)" \
    CROSSCLOUD_OWNER="$(jq --raw-output .owner desired.json)" \
    CROSSCLOUD_ROLES="$(jq --compact-output .roles desired.json)" <roles.sql)
  # psql prints the name of every command that it ran, and roles.sql runs none without need.
  [[ -z $commands ]] || changed "roles: ${commands//$'\n'/, }"
}
