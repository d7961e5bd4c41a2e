package webhost

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// lib/secret.sh with an SSM that has version $newest.
const secretWorld = filesWorld + `
data=$world detail=''
. "$boot/lib/secret.sh"
want() { case $1 in *.version) echo "$wanted" ;; *) echo /url ;; esac; }
get_parameter() { echo "read $1" >&2; jq --null-input --argjson version "$newest" '{Value: "url \($version)", Version: $version}'; }
changed() { [[ -z ${dies:-} ]] || exit 137; }
set +e
(set -e; fetch_secret)
echo "exit $?"
`

func TestASecretIsReadOncePerVersion(t *testing.T) {
	dir := t.TempDir()
	assert.Equal(t, []string{"read /url", "exit 0"}, shell(t, dir, "", "wanted=1 newest=1\n"+secretWorld))
	assert.Equal(t, []string{"exit 0"}, shell(t, dir, "", "wanted=1 newest=2\n"+secretWorld))
	assert.Equal(t, []string{"read /url", "parameter /url: version 2 instead of 3", "exit 1"}, shell(t, dir, "", "wanted=3 newest=2\n"+secretWorld))
	assert.Equal(t, "url 1\n", contents(dir, "secrets/database-url.1"), "the slots run with it still")
}

func TestAnOldSecretIsGoneWhoeverWasKilled(t *testing.T) {
	dir := t.TempDir()
	shell(t, dir, "", "wanted=1 newest=1\n"+secretWorld)
	assert.Equal(t, "exit 137", last(shell(t, dir, "", "dies=yes wanted=2 newest=2\n"+secretWorld)))
	assert.Equal(t, []string{"exit 0"}, shell(t, dir, "", "wanted=2 newest=2\n"+secretWorld))
	files, err := os.ReadDir(filepath.Join(dir, "secrets"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	assert.Equal(t, "database-url.2", files[0].Name())
	info, err := files[0].Info()
	require.NoError(t, err)
	assert.EqualValues(t, 0o600, info.Mode())
}
