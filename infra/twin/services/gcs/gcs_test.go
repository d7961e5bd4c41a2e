package gcs

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/services/gcpauth"
	"crosscloud/infra/twin/services/servicestest"
	"crosscloud/infra/twin/state"
)

const (
	email  = "database@todo-123.iam.gserviceaccount.com"
	upload = "/upload/storage/v1/b/todo-status/o?uploadType=media&name=status.json"
	object = "/storage/v1/b/todo-status/o/status.json"
)

type fixture struct {
	*servicestest.Twin
	t         *testing.T
	authority *gcpauth.Authority
	server    *httptest.Server
	bearer    string
}

func newFixture(t *testing.T) *fixture {
	f := &fixture{Twin: servicestest.New(t), t: t}
	f.Clock = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	f.authority = gcpauth.New(f.Store, f.Mint, f.Now)
	f.server = f.Serve(New(f.Store, NewObjects(f.Store, f.Now), f.authority, slog.New(slog.DiscardHandler)))
	f.bearer = f.issue(gcpauth.CloudPlatform)
	require.NoError(t, state.Put(f.Store, "todo-status", state.StorageBucket{Name: "todo-status", Project: "todo-123", StorageClass: "STANDARD"}))
	return f
}

func (f *fixture) issue(scopes ...string) string {
	text, _, err := f.authority.Issue(gcpauth.Caller{Email: email, Scopes: scopes})
	require.NoError(f.t, err)
	return "Bearer " + text
}

// bind grants a role.
func (f *fixture) bind(resource, role string) {
	b := state.Binding{Resource: resource, Role: role, Member: "serviceAccount:" + email}
	require.NoError(f.t, state.Put(f.Store, state.BindingID(b), b))
}

type answer struct {
	status int
	header http.Header
	body   string
}

func (f *fixture) do(method, path, body string, headers ...string) answer {
	f.t.Helper()
	r, err := http.NewRequestWithContext(f.t.Context(), method, f.server.URL+path, strings.NewReader(body))
	require.NoError(f.t, err)
	if f.bearer != "" {
		r.Header.Set("Authorization", f.bearer)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := f.server.Client().Do(r)
	require.NoError(f.t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(f.t, err)
	return answer{response.StatusCode, response.Header, string(text)}
}

// put writes the object, and waits until it can be written again.
func (f *fixture) put(body string) answer {
	f.t.Helper()
	defer f.wait()
	return f.do(http.MethodPost, upload, body, "Content-Type", "application/json")
}

func (f *fixture) wait() { f.Clock = f.Clock.Add(time.Second) }

// metadata is the part of an object's resource that tests look at.
type metadata struct {
	Kind, Name, Bucket, Generation, Size, ContentType, Md5Hash, Crc32c, StorageClass string
}

func (f *fixture) metadata(a answer) metadata {
	f.t.Helper()
	require.Equal(f.t, http.StatusOK, a.status, a.body)
	var m metadata
	require.NoError(f.t, json.Unmarshal([]byte(a.body), &m))
	return m
}

func TestWriteAndRead(t *testing.T) {
	f := newFixture(t)
	f.bind("b/todo-status", "roles/storage.objectUser")
	now := f.Clock
	written := f.metadata(f.put("hello"))
	// The checksums are those of `printf hello | openssl md5 -binary | base64` and of `gsutil hash`.
	assert.Equal(t, metadata{
		Kind: "storage#object", Name: "status.json", Bucket: "todo-status", Generation: strconv.FormatInt(now.UnixMicro(), 10),
		Size: "5", ContentType: "application/json", Md5Hash: "XUFAKrxLKna5cZ2REBfFkg==", Crc32c: "mnG7TA==", StorageClass: "STANDARD",
	}, written)
	assert.Equal(t, written, f.metadata(f.do(http.MethodGet, object, "")))

	got := f.do(http.MethodGet, object+"?alt=media", "")
	assert.Equal(t, http.StatusOK, got.status)
	assert.Equal(t, "hello", got.body)
	assert.Equal(t, "application/json", got.header.Get("Content-Type"))
	assert.Equal(t, "crc32c=mnG7TA==,md5=XUFAKrxLKna5cZ2REBfFkg==", got.header.Get("X-Goog-Hash"))
	got = f.do(http.MethodGet, object+"?alt=media", "", "Range", "bytes=1-3")
	assert.Equal(t, http.StatusPartialContent, got.status)
	assert.Equal(t, "ell", got.body)

	f.Clock = now.Add(-time.Hour)
	over := f.metadata(f.put(""))
	assert.Greater(t, over.Generation, written.Generation, "though the clock went back")
	assert.Empty(t, f.do(http.MethodGet, object+"?alt=media", "").body)
}

func TestNamesWithSlashesAreOnePartOfThePath(t *testing.T) {
	f := newFixture(t)
	f.bind("b/todo-status", "roles/storage.objectUser")
	for _, name := range []string{"a/b.json", "a//b", "../status.json", "ä b+c", strings.Repeat("n", 1024)} {
		escaped := strings.ReplaceAll(url.PathEscape(name), "+", "%2B")
		made := f.do(http.MethodPost, "/upload/storage/v1/b/todo-status/o?uploadType=media&name="+escaped, name)
		require.Equal(t, http.StatusOK, made.status, made.body)
		assert.Equal(t, name, f.do(http.MethodGet, "/storage/v1/b/todo-status/o/"+escaped+"?alt=media", "").body)
	}
}

func TestPreconditions(t *testing.T) {
	f := newFixture(t)
	f.bind("projects/todo-123", "roles/storage.objectAdmin")
	absent := upload + "&ifGenerationMatch=0"
	first := f.metadata(f.do(http.MethodPost, absent, "one"))
	f.wait()
	assert.Equal(t, http.StatusPreconditionFailed, f.do(http.MethodPost, absent, "two").status)
	f.metadata(f.do(http.MethodPost, upload+"&ifGenerationMatch="+first.Generation, "two"))
	assert.Equal(t, http.StatusPreconditionFailed, f.do(http.MethodPost, upload+"&ifGenerationMatch="+first.Generation, "three").status)
	assert.Equal(t, http.StatusPreconditionFailed, f.do(http.MethodGet, object+"?alt=media&ifGenerationMatch="+first.Generation, "").status)
	assert.Equal(t, "two", f.do(http.MethodGet, object+"?alt=media", "").body)
}

func TestReadersSeeWholeContents(t *testing.T) {
	f := newFixture(t)
	f.bind("b/todo-status", "roles/storage.objectUser")
	put := func(i int) {
		_, err := NewObjects(f.Store, f.Now).Put(state.StorageObject{Bucket: "todo-status", Name: "status.json"},
			[]byte(strings.Repeat(fmt.Sprint(i%10), 1<<14)), func(*state.StorageObject) error { return nil })
		assert.NoError(t, err)
	}
	put(0)
	var writers sync.WaitGroup
	for i := range 4 {
		writers.Go(func() {
			for n := range 8 {
				put(i + n)
			}
		})
	}
	for range 40 {
		got := f.do(http.MethodGet, object+"?alt=media", "")
		if assert.Equal(t, http.StatusOK, got.status, got.body) {
			assert.Equal(t, strings.Repeat(got.body[:1], 1<<14), got.body)
		}
	}
	writers.Wait()
}

func TestRefusedWritesChangeNothing(t *testing.T) {
	f := newFixture(t)
	f.bind("b/todo-status", "roles/storage.objectCreator")
	require.Equal(t, http.StatusOK, f.put("first").status)
	require.Equal(t, http.StatusForbidden, f.put("second").status)
	f.bind("b/todo-status", "roles/storage.objectViewer")
	assert.Equal(t, "first", f.do("GET", object+"?alt=media", "").body)
}

func TestUploadsAreBounded(t *testing.T) {
	f := newFixture(t)
	f.bind("b/todo-status", "roles/storage.objectUser")
	got := f.put(strings.Repeat("x", maxUpload+1))
	assert.Equal(t, http.StatusRequestEntityTooLarge, got.status)
	assert.Contains(t, got.body, "at most 33554432 bytes")
	assert.Equal(t, http.StatusNotFound, f.do("GET", object, "").status)
}
