package webhost

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"crosscloud/infra/boottest"
)

// lib/certificate.sh, with an nginx that has taken up what is there.
const certificateWorld = filesWorld + `
config=$world/etc detail=''
. "$boot/lib/certificate.sh"
want() { echo 203.0.113.7; }
in_use() { :; }
mkdir -p "$run"
keep_certificate >"$world/said" 2>&1
echo "${detail:-kept}"
`

func TestACertificateIsKeptWhileItIsGood(t *testing.T) {
	boottest.Tool(t, "openssl")
	dir := t.TempDir()
	assert.Equal(t, "new, for 203.0.113.7", last(shell(t, dir, "", certificateWorld)))
	assert.Equal(t, "kept", last(shell(t, dir, "", certificateWorld)))
	assert.Equal(t, "new, for 198.51.100.7", last(shell(t, dir, "", certificateWorld+"want() { echo 198.51.100.7; }; keep_certificate; echo \"$detail\"")))
}

// Whoever has the right time would refuse it.
func TestACertificateFromTheFutureIsReplaced(t *testing.T) {
	boottest.Tool(t, "openssl")
	dir := t.TempDir()
	shell(t, dir, "", certificateWorld)
	assert.Equal(t, "new, for 203.0.113.7", last(shell(t, dir, "", `date() { command date "$@" --date "${2:-1 hour ago}"; }`+certificateWorld)))
}

// openssl itself would wait until the agent ends the run.
func TestAnNginxThatSaysNothingShowsNoCertificate(t *testing.T) {
	dir := t.TempDir()
	set(t, dir, "openssl", "#!/bin/bash\ncase $1 in s_client) sleep 2; echo late ;; *) cat ;; esac\n")
	assert.Equal(t, []string{"none"}, shell(t, dir, "", filesWorld+`
config=$world/etc
. "$boot/lib/certificate.sh"
chmod +x "$world/openssl"; PATH=$world:$PATH
timeout() { command timeout "0.$1" "${@:2}"; }
shown=$(served_certificate) || true
echo "${shown:-none}"`))
}
