package gcemeta

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/services/gcpauth"
	"crosscloud/infra/twin/services/token"
	"crosscloud/infra/twin/state"
)

const (
	account = "database@todo-123.iam.gserviceaccount.com"
	id      = "projects/todo-123/zones/us-east4-a/instances/database"
)

type fixture struct {
	t      *testing.T
	store  *state.Store
	server *Server
	vm     state.Machine
}

func newFixture(t *testing.T) *fixture {
	f := &fixture{t: t, store: state.Open(t.TempDir()), vm: state.Machine{
		ID: "4519836219283741", Cloud: state.GCP, Name: "database", Address: "198.18.32.1", PrivateAddress: "10.10.0.2",
		Zone: "us-east4-a", Type: "e2-small", Image: "projects/debian-cloud/global/images/debian-13", Identity: account,
		Scopes: []string{gcpauth.CloudPlatform}, NetworkTags: []string{"database"}, MAC: "42:01:0a:0a:00:02", VPC: "projects/todo-123/global/networks/db",
		Metadata: map[string]string{"crosscloud": `{"revision":"1"}`, "startup-script": "#!/bin/bash\necho <&>\n"},
	}}
	mint, err := token.NewMint(f.store)
	require.NoError(t, err)
	f.server = New(f.store, gcpauth.New(f.store, mint, time.Now), slog.New(slog.DiscardHandler), time.Now)
	f.save()
	return f
}

func (f *fixture) save() { require.NoError(f.t, state.Put(f.store, id, f.vm)) }

func (f *fixture) do(ctx context.Context, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "http://metadata.google.internal"+path, nil).WithContext(ctx)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	f.server.ServeMachine(w, r, id, f.vm)
	return w
}

func (f *fixture) get(path string) *httptest.ResponseRecorder {
	return f.do(f.t.Context(), "/computeMetadata/v1"+path, "Metadata-Flavor", "Google")
}

func TestHeaderIsRequired(t *testing.T) {
	f := newFixture(t)
	const path = "/computeMetadata/v1/instance/name"
	assert.Equal(t, 403, f.do(t.Context(), path).Code)
	assert.Equal(t, 403, f.do(t.Context(), path, "Metadata-Flavor", "Amazon").Code)
	assert.Equal(t, 403, f.do(t.Context(), path, "Metadata-Flavor", "Google", "X-Forwarded-For", "1.2.3.4").Code)

	probe := f.do(t.Context(), "/")
	assert.Equal(t, 200, probe.Code)
	assert.Equal(t, "Google", probe.Header().Get("Metadata-Flavor"), "by this clients know where they run")
}

func TestText(t *testing.T) {
	f := newFixture(t)
	for path, want := range map[string]string{
		"/":                                 "instance/\nproject/\n",
		"/instance/name":                    "database",
		"/instance/id":                      "4519836219283741",
		"/instance/hostname":                "database.us-east4-a.c.todo-123.internal",
		"/instance/attributes/":             "crosscloud\nstartup-script\n",
		"/instance/attributes/crosscloud":   `{"revision":"1"}`,
		"/instance/tags":                    `["database"]`,
		"/instance/network-interfaces/":     "0/\n",
		"/instance/network-interfaces/0/ip": "10.10.0.2",
		"/instance/network-interfaces/0/access-configs/0/external-ip": "198.18.32.1",
		"/instance/service-accounts/":                                 account + "/\ndefault/\n",
		"/instance/service-accounts/default/":                         "aliases\nemail\nscopes\ntoken\n",
		"/instance/service-accounts/default/email":                    account,
		"/instance/service-accounts/default/scopes":                   gcpauth.CloudPlatform + "\n",
		"/instance/service-accounts/" + account + "/email":            account,
		"/project/project-id":                                         "todo-123",
		"/project/attributes/":                                        "",
		"/instance/attributes/?recursive=true&alt=text":               "crosscloud {\"revision\":\"1\"}\nstartup-script #!/bin/bash\necho <&>\n",
	} {
		got := f.get(path)
		assert.Equal(t, 200, got.Code, path)
		assert.Equal(t, want, got.Body.String(), path)
		assert.Equal(t, "application/text", got.Header().Get("Content-Type"), path)
		assert.Regexp(t, `^[0-9a-f]{16}$`, got.Header().Get("ETag"), path)
	}
	project := strconv.Itoa(state.ProjectNumber("todo-123"))
	assert.Regexp(t, `^[1-9]\d{11}$`, project)
	assert.Equal(t, project, f.get("/project/numeric-project-id").Body.String(), "as a bucket's projectNumber has it")
	assert.Equal(t, "projects/"+project+"/zones/us-east4-a", f.get("/instance/zone").Body.String())
	assert.Equal(t, 301, f.get("/instance").Code)
	for _, path := range []string{"/none", "/instance/name/more", "/instance/attributes/absent", "/instance/network-interfaces/1/", "/instance/guest-attributes/"} {
		assert.Equal(t, 404, f.get(path).Code, path)
	}
	assert.Equal(t, 400, f.get("/instance/name?alt=yaml").Code)
	assert.Equal(t, 400, f.get("/instance/name?wait_for_change=true&timeout_sec=soon").Code)
	assert.Equal(t, 404, f.do(t.Context(), "/computeMetadata/v2/", "Metadata-Flavor", "Google").Code)
}

func TestJSON(t *testing.T) {
	f := newFixture(t)
	assert.Equal(t, `"{\"revision\":\"1\"}"`, f.get("/instance/attributes/crosscloud?alt=json").Body.String())

	got := f.get("/instance/?recursive=true")
	assert.Equal(t, "application/json", got.Header().Get("Content-Type"))
	assert.NotContains(t, got.Body.String(), "ya29", "no token in a listing")
	var instance struct {
		ID                json.Number
		Attributes        map[string]string
		MachineType       string
		NetworkInterfaces []struct {
			IP            string
			AccessConfigs []struct{ ExternalIp string }
		}
		ServiceAccounts map[string]struct {
			Email  string
			Scopes []string
		}
		Tags []string
	}
	require.NoError(t, json.Unmarshal(got.Body.Bytes(), &instance))
	assert.Equal(t, json.Number("4519836219283741"), instance.ID)
	assert.Equal(t, f.vm.Metadata, instance.Attributes, "the user's names stay as they are")
	assert.Equal(t, "198.18.32.1", instance.NetworkInterfaces[0].AccessConfigs[0].ExternalIp)
	assert.Equal(t, account, instance.ServiceAccounts["default"].Email)
	assert.Equal(t, account, instance.ServiceAccounts[account].Email)
	assert.Equal(t, []string{"database"}, instance.Tags)
	assert.Contains(t, got.Body.String(), `echo <&>`, "a value is not escaped for HTML")
}

func TestToken(t *testing.T) {
	f := newFixture(t)
	var got struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int    `json:"expires_in"`
		TokenType   string `json:"token_type"`
	}
	require.NoError(t, json.Unmarshal(f.get("/instance/service-accounts/default/token").Body.Bytes(), &got))
	assert.Equal(t, "Bearer", got.TokenType)
	assert.Greater(t, got.ExpiresIn, 299)
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Authorization", "Bearer "+got.AccessToken)
	caller, err := f.server.authority.Authenticate(r)
	require.NoError(t, err)
	assert.Equal(t, account, caller.Email)

	f.vm.Identity = ""
	assert.Equal(t, 404, f.get("/instance/service-accounts/default/token").Code)
	assert.Equal(t, "", f.get("/instance/service-accounts/").Body.String())
}

func TestWaitForChange(t *testing.T) {
	f := newFixture(t)
	const path = "/instance/attributes/crosscloud"
	first := f.get(path)
	seen := first.Header().Get("ETag")
	waiting := path + "?wait_for_change=true&last_etag=" + seen

	started := time.Now()
	assert.Equal(t, first.Body.String(), f.get(path+"?wait_for_change=true&last_etag=0").Body.String())
	assert.Less(t, time.Since(started), poll, "one who has seen something else need not wait")

	same := f.get(waiting + "&timeout_sec=1")
	assert.Equal(t, 200, same.Code)
	assert.Equal(t, seen, same.Header().Get("ETag"), "at the timeout the contents come unchanged")
	assert.GreaterOrEqual(t, time.Since(started), time.Second)

	for _, query := range []string{waiting, path + "?wait_for_change=true"} {
		change := `{"revision":"` + time.Now().String() + `"}`
		next := f.vm
		next.Metadata = map[string]string{"crosscloud": change}
		time.AfterFunc(100*time.Millisecond, func() { assert.NoError(t, state.Put(f.store, id, next)) })
		started = time.Now()
		got := f.get(query)
		assert.Equal(t, change, got.Body.String())
		assert.NotEqual(t, seen, got.Header().Get("ETag"))
		assert.Less(t, time.Since(started), 5*time.Second)
		f.save()
	}

	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	f.do(ctx, "/computeMetadata/v1"+waiting, "Metadata-Flavor", "Google") // returns when the client goes away

	next := f.vm
	next.Metadata = nil
	time.AfterFunc(50*time.Millisecond, func() { assert.NoError(t, state.Put(f.store, id, next)) })
	assert.Equal(t, 404, f.get(waiting).Code, "what goes away while one waits")
}

func TestCamel(t *testing.T) {
	for name, want := range map[string]string{"name": "name", "access-configs": "accessConfigs", "external-ip": "externalIp", account: account, "numeric-project-id": "numericProjectId"} {
		assert.Equal(t, want, camel(name))
	}
}
