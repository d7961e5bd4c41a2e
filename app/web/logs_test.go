package web

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/todo"
)

// traces returns the spellings of a text that a log holds.
func traces(t *testing.T, log, text string) []string {
	t.Helper()
	quoted, err := json.Marshal(text)
	require.NoError(t, err)
	return slices.DeleteFunc(
		[]string{text, url.QueryEscape(text), url.PathEscape(text), strings.Trim(string(quoted), `"`), "rztin"},
		func(spelling string) bool { return !strings.Contains(log, spelling) })
}

// What people write is theirs, and an address in a log would open their list.
func TestLogsCarryNoTodoTextAndNoToken(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	const secret = "Grüße an <Ärztin>"
	b.add(secret)
	share, owner := strings.TrimPrefix(b.share(), "/l/"), b.owner()
	b.post("/add", "todo", strings.Repeat(secret, 100))
	b.post("/add", "todo", secret+"\n"+secret)
	b.post("/items/1/edit", "title", secret)
	b.post("/items/" + url.PathEscape(secret) + "/toggle")
	b.get("/?todo=" + url.QueryEscape(secret))
	b.get("/" + url.PathEscape(secret))
	b.do("POST", "/add", "todo="+url.QueryEscape(secret)+"%zz")
	b.get("/l/" + share)
	b.get("/l/" + share + "/")
	b.get("/l/" + share + "/nowhere")
	b.post("/l/"+share+"/add", "todo", secret)
	b.get("/o/" + owner.String())
	b.get("/%6c/" + share)
	b.get("//l/" + share)
	for _, token := range []string{share, owner.String()} { // as from a link that a mail broke apart
		b.get("/" + token)
		b.get("/l" + token + "/")
	}
	requests := 20
	for _, failure := range []error{todo.ErrUnavailable, errors.New("violates a constraint")} {
		s.memory.err = failure
		b.get("/l/" + share)
		b.post("/add", "todo", secret)
		requests += 2
	}

	log := s.log.String()
	assert.Empty(t, traces(t, log, secret))
	for _, token := range []string{share, owner.String()} {
		assert.NotContains(t, log, token)
		assert.NotContains(t, log, token[:8])
	}
	s.log.Write([]byte(`"title":"` + secret + `"`))
	assert.NotEmpty(t, traces(t, s.log.String(), secret), "the search must be able to fail")

	lines := 0
	for scanner := bufio.NewScanner(strings.NewReader(log)); scanner.Scan(); {
		var line map[string]any
		require.NoError(t, json.Unmarshal(scanner.Bytes(), &line))
		require.NotEmpty(t, line["request_id"])
		if line["msg"] == "request" {
			lines++
		}
	}
	assert.Equal(t, requests, lines, "one line for each request")
	assert.Contains(t, log, `"route":"POST /l/{share}/add","status":303`)
	hash := owner.Hash()
	assert.Contains(t, log, `"list":"`+hex.EncodeToString(hash[:4])+`"`)
	assert.Contains(t, log, "violates a constraint")
}

func TestProbesThatSucceedAreNoNews(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	require.Equal(t, http.StatusOK, b.get("/healthz").StatusCode)
	assert.Contains(t, s.log.String(), `"level":"DEBUG"`)
	assert.NotContains(t, s.log.String(), `"level":"INFO"`)
}
