package release

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPassAsksAgainUntilTheSiteAnswers(t *testing.T) {
	asked := 0
	address, certificate := site(t, func(w http.ResponseWriter, r *http.Request) {
		if asked++; asked < 3 {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		serving(w, r)
	})
	served := status{Revision: "new", State: "serving", Digest: "sha256:1", Certificate: certificate}
	s := story{published: []any{status{Revision: "new", State: "converging"}, served, served, served, served}}
	assert.NoError(t, pass(t.Context(), "new", "sha256:1", address, s.watcher()))
	assert.Equal(t, 4, asked)
	assert.Equal(t, []string{
		"web host: desired state written",
		"public address: the site does not answer from here yet: GET https://" + address + `/: 502 Bad Gateway with "", instead of 200 with "text/html; charset=utf-8"`,
		"public address: the site answers",
	}, s.said)

	asked = 0
	s = story{published: []any{served}}
	err := pass(t.Context(), "new", "sha256:1", address, s.watcher())
	assert.ErrorContains(t, err, "the site does not answer from here")
	assert.ErrorContains(t, err, "502")
}

func TestPassOutlivesTheWordsOfAReplacedMachine(t *testing.T) {
	address, certificate := site(t, serving)
	before := status{Revision: "new", State: "serving", Digest: "sha256:1", Certificate: strangersCertificate}
	now := before
	now.Certificate = certificate
	s := story{published: []any{before, status{Revision: "new", State: "converging"}, now, now}}
	assert.NoError(t, pass(t.Context(), "new", "sha256:1", address, s.watcher()))
	assert.Equal(t, 3, s.reads)
}
