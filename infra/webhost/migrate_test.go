package webhost

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// lib/migrate.sh, with a systemd whose one unit ends with $unit_result and $unit_code where $fails is set, and says what is in $words.
const migrateWorld = `
set -euo pipefail
data=$world run=$world slots=$world/slots quadlets=$world desired=$world/desired.json failed=3 waiting=75 revision=r2
here=$boot current='' detail='' error=''
. "$boot/agent/status.sh"
. "$boot/lib/files.sh"
. "$boot/lib/rollout.sh"
. "$boot/lib/migrate.sh"
say() { printf '%s\n' "$*"; }
want() { jq --raw-output "$1" "$desired"; }
slot_value() { say 10001; }
stage_slot() { say "stage $1"; }
systemctl() {
  case $1 in
  restart) say "run $2"; printf '%s\n' "$words" >"$migrate_log"; [[ -z ${fails:-} ]] ;;
  show) if [[ $3 == Result ]]; then say "$unit_result"; else say "$unit_code"; fi ;;
  esac
}
set +e
(set -e; current=migrate; trap 'printf "%s: %s" "$detail" "$error" >"$world/end"' EXIT; migrate_database)
say "exit $?"
`

func migrated(t *testing.T, dir, ending string) []string {
	t.Helper()
	set(t, dir, "desired.json", `{"image": "app@sha256:1", "database": {"address": "198.51.100.9"}, "databaseUrl": {"version": 1},
		"slots": [{"name": "blue"}, {"name": "green"}]}`)
	return shell(t, dir, "", ending+migrateWorld)
}

func TestMigrationsRunOnceForAnImageAndADatabase(t *testing.T) {
	dir := t.TempDir()
	said := migrated(t, dir, "words='applying migration'")
	assert.Equal(t, []string{"stage blue", "changed: " + dir + "/crosscloud-migrate.container", "run crosscloud-migrate.service",
		"applying migration", "changed: schema, by crosscloud-migrate.service", "exit 0"}, said)
	assert.Equal(t, []string{"exit 0"}, migrated(t, dir, "words='' fails=yes"), "it is not even tried")
}

func TestAMigrationThatDoesNotSucceedIsJudgedByItsExitCode(t *testing.T) {
	for name, c := range map[string]struct{ result, code, exit, end, condemned string }{
		"the database is away":  {"exit-code", "75", "exit 75", "the database does not answer: words", ""},
		"a migration is bad":    {"exit-code", "1", "exit 3", "the migration failed with exit code 1: words", "r2\nmigrate\n"},
		"the URL is bad":        {"exit-code", "2", "exit 3", "the migration failed with exit code 2: words", "r2\nmigrate\n"},
		"there is no program":   {"exit-code", "127", "exit 3", "the migration failed with exit code 127: words", "r2\nmigrate\n"},
		"podman fails":          {"exit-code", "125", "exit 1", "the migration ended with exit-code 125: words", ""},
		"it takes too long":     {"timeout", "1", "exit 1", "the migration ended with timeout 1: words", ""},
		"somebody killed it":    {"signal", "9", "exit 1", "the migration ended with signal 9: words", ""},
		"its unit cannot start": {"success", "0", "exit 1", "the migration ended with success 0: words", ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			systemctl := "unit_result=" + c.result + " unit_code=" + c.code + " words=words fails=yes"
			said := migrated(t, dir, systemctl)
			assert.Equal(t, c.exit, last(said))
			assert.Equal(t, c.end, contents(dir, "end"))
			assert.True(t, strings.HasPrefix(contents(dir, "failed-revision"), c.condemned))
			assert.Equal(t, c.condemned == "", contents(dir, "failed-revision") == "")
			assert.Empty(t, contents(dir, "migrated"))
		})
	}
}

// The migration's container must be as confined as a slot's, and never start by itself.
func TestMigrationsAreAsConfinedAsSlots(t *testing.T) {
	settings := func(name string) map[string]bool {
		text, err := os.ReadFile("boot/units/" + name)
		require.NoError(t, err)
		lines := map[string]bool{}
		for line := range strings.Lines(string(text)) {
			lines[strings.TrimSpace(line)] = true
		}
		return lines
	}
	slot, migration := settings("crosscloud-app.container"), settings("crosscloud-migrate.container")
	for _, line := range []string{"Pull=never", "Network=host", "User=@UID@", "Group=@UID@", "ReadOnly=true", "DropCapability=all",
		"NoNewPrivileges=true", "Requires=crosscloud-egress.service", "MemoryMax=256M", "TasksMax=256"} {
		assert.True(t, slot[line] && migration[line], line)
	}
	assert.False(t, migration["[Install]"])
}
