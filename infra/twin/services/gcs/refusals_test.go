package gcs

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/state"
)

// TestCallsThatGoogleRefuses has what a host is answered, with the documentation of each rule as its source, and with
// who got that answer where somebody published it.
func TestCallsThatGoogleRefuses(t *testing.T) {
	const (
		permissions = "https://cloud.google.com/storage/docs/access-control/iam-json"
		codes       = "https://cloud.google.com/storage/docs/json_api/v1/status-codes"
		scopes      = "https://cloud.google.com/storage/docs/authentication#oauth-scopes"
		names       = "https://cloud.google.com/storage/docs/objects#naming"
		conditions  = "https://cloud.google.com/storage/docs/request-preconditions"
		inserting   = "https://cloud.google.com/storage/docs/json_api/v1/objects/insert"

		deleteSeen = "https://github.com/google-github-actions/upload-cloud-storage/issues/388"
		listSeen   = "https://github.com/zetaalphavector/InPars/issues/13"
		mediaSeen  = "https://github.com/firebase/firebase-tools/pull/3647"
	)
	const media = object + "?alt=media"
	granted := func(role string) func(*fixture) {
		return func(f *fixture) { f.bind("b/todo-status", "roles/storage."+role) }
	}
	nothing := func(*fixture) {}
	for _, row := range []struct {
		name, method, path string
		before             func(*fixture)
		code               int
		reason, want       string
		source, seen       string
	}{
		{
			name: "write without a grant", method: "POST", path: upload, before: nothing, code: 403, reason: "forbidden",
			want: email + " does not have storage.objects.create access to the Google Cloud Storage object. " +
				"Permission 'storage.objects.create' denied on resource (or it may not exist).",
			source: permissions,
		},
		{
			name: "write as a reader", method: "POST", path: upload, before: granted("objectViewer"), code: 403, reason: "forbidden",
			want: "does not have storage.objects.create access", source: permissions, seen: "https://github.com/weg-li/weg-li/issues/494",
		},
		{
			name: "overwrite as one who may only create", method: "POST", path: upload,
			before: func(f *fixture) {
				granted("objectCreator")(f)
				require.Equal(t, http.StatusOK, f.put("first").status, "the first time it is no overwriting")
			},
			code: 403, reason: "forbidden", want: "does not have storage.objects.delete access to the Google Cloud Storage object.",
			source: permissions, seen: deleteSeen,
		},
		{
			name: "read without a grant", method: "GET", path: object, before: nothing, code: 403, reason: "forbidden",
			want:   "does not have storage.objects.get access to the Google Cloud Storage object.",
			source: permissions, seen: "https://github.com/googleapis/java-storage/issues/1372",
		},
		{
			name: "read as one who may only create", method: "GET", path: media, before: granted("objectCreator"), code: 403,
			want: "does not have storage.objects.get access", source: permissions,
		},
		{
			name: "a grant on another bucket", method: "GET", path: object,
			before: func(f *fixture) {
				f.bind("b/other", "roles/storage.objectAdmin")
				f.bind("projects/other", "roles/storage.admin")
			},
			code: 403, reason: "forbidden", want: "does not have storage.objects.get access", source: permissions,
		},
		{
			name: "a grant made just now", method: "POST", path: upload,
			before: func(f *fixture) {
				b := state.Binding{Resource: "b/todo-status", Role: "roles/storage.objectUser", Member: "serviceAccount:" + email, Made: f.Now()}
				require.NoError(f.t, state.Put(f.Store, state.BindingID(b), b))
			},
			code: 403, reason: "forbidden", want: "does not have storage.objects.create access",
			source: "https://cloud.google.com/iam/docs/access-change-propagation",
		},
		{
			name: "missing object, for one who may not list", method: "GET", path: object, before: granted("legacyObjectReader"),
			code: 403, reason: "forbidden", want: "does not have storage.objects.list access to the Google Cloud Storage bucket.",
			source: permissions, seen: listSeen,
		},
		{
			name: "missing object", method: "GET", path: object, before: granted("objectViewer"), code: 404, reason: "notFound",
			want: "No such object: todo-status/status.json", source: codes, seen: mediaSeen,
		},
		{
			name: "missing object's contents", method: "GET", path: media, before: granted("objectViewer"), code: 404,
			want: "No such object: todo-status/status.json", source: codes, seen: mediaSeen,
		},
		{
			name: "write to a bucket that is not there", method: "POST", path: strings.Replace(upload, "todo-status", "none", 1),
			before: granted("objectUser"), code: 404, reason: "notFound", want: "The specified bucket does not exist.", source: codes,
		},
		{
			name: "read from a bucket that is not there", method: "GET", path: strings.Replace(object, "todo-status", "none", 1),
			before: granted("objectUser"), code: 404, reason: "notFound", want: "The specified bucket does not exist.", source: codes,
		},
		{
			name: "read from a bucket of S3", method: "GET", path: strings.Replace(object, "todo-status", "assets", 1),
			before: func(f *fixture) {
				objects, err := state.Objects(f.Store)
				require.NoError(f.t, err)
				require.NoError(f.t, objects.CreateBucket("assets"))
				f.bind("b/assets", "roles/storage.admin")
			},
			code: 404, reason: "notFound", want: "The specified bucket does not exist.", source: codes,
		},
		{
			name: "no token", method: "POST", path: upload, before: func(f *fixture) { f.bearer = "" }, code: 401, reason: "required",
			want: "Anonymous caller does not have storage.objects.create access to the Google Cloud Storage object.", source: codes,
		},
		{
			name: "expired token", method: "GET", path: object,
			before: func(f *fixture) { granted("objectUser")(f); f.Clock = f.Clock.Add(time.Hour + time.Second) },
			code:   401, reason: "authError", want: "Invalid Credentials", source: codes,
		},
		{
			name: "VM without the scope", method: "GET", path: object,
			before: func(f *fixture) {
				granted("objectUser")(f)
				f.bearer = f.issue("https://www.googleapis.com/auth/logging.write")
			},
			code: 403, reason: "insufficientPermissions", want: "Insufficient Permission", source: scopes,
		},
		{
			name: "VM with the scope to read that writes", method: "POST", path: upload,
			before: func(f *fixture) { granted("objectUser")(f); f.bearer = f.issue(readOnly) },
			code:   403, reason: "insufficientPermissions", want: "Insufficient Permission", source: scopes,
		},
		{
			name: "upload without a name", method: "POST", path: "/upload/storage/v1/b/todo-status/o?uploadType=media",
			before: granted("objectUser"), code: 400, reason: "required", want: "Required parameter: name", source: inserting,
		},
		{
			name: "name that is two dots", method: "POST", path: strings.Replace(upload, "status.json", "..", 1),
			before: granted("objectUser"), code: 400, reason: "invalid", want: "Invalid object name: '..'", source: names,
		},
		{
			name: "name with a line's end", method: "POST", path: strings.Replace(upload, "status.json", "a%0Ab", 1),
			before: granted("objectUser"), code: 400, reason: "invalid", want: "Invalid object name", source: names,
		},
		{
			name: "name over 1024 bytes", method: "POST", path: strings.Replace(upload, "status.json", strings.Repeat("n", 1025), 1),
			before: granted("objectUser"), code: 400, reason: "invalid", want: "The maximum object length is 1024 characters", source: names,
		},
		{
			name: "object that is there already", method: "POST", path: upload + "&ifGenerationMatch=0",
			before: func(f *fixture) { granted("objectUser")(f); f.put("first") },
			code:   412, reason: "conditionNotMet", want: "At least one of the pre-conditions you specified did not hold.", source: conditions,
		},
		{
			name: "second write within a second", method: "POST", path: upload,
			before: func(f *fixture) {
				granted("objectUser")(f)
				f.put("first")
				f.Clock = f.Clock.Add(-time.Millisecond)
			},
			code: 429, reason: "rateLimitExceeded",
			want: "The object todo-status/status.json exceeded the rate limit for object mutation operations (create, update, and delete). " +
				"Please reduce your request rate. See https://cloud.google.com/storage/docs/gcs429.",
			source: "https://cloud.google.com/storage/quotas", seen: "https://github.com/trinodb/trino/issues/19943",
		},
		{
			name: "generation that is no number", method: "POST", path: upload + "&ifGenerationMatch=x", before: granted("objectUser"),
			code: 400, reason: "invalid", want: "Invalid value", source: conditions,
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			require.True(t, strings.HasPrefix(row.source, "https://"), "a row needs its source")
			f := newFixture(t)
			row.before(f)
			got := f.do(row.method, row.path, "contents")
			assert.Equal(t, row.code, got.status)
			if strings.HasSuffix(row.path, "alt=media") {
				assert.Contains(t, got.body, row.want)
				assert.Equal(t, "text/html; charset=UTF-8", got.header.Get("Content-Type"), "a download's errors are no JSON")
				return
			}
			var body struct {
				Error struct {
					Code    int
					Message string
					Errors  []struct{ Domain, Reason, Message string }
				}
			}
			require.NoError(t, json.Unmarshal([]byte(got.body), &body), got.body)
			assert.Equal(t, row.code, body.Error.Code)
			assert.Contains(t, body.Error.Message, row.want)
			require.Len(t, body.Error.Errors, 1)
			domain := "global"
			if row.code == http.StatusTooManyRequests {
				domain = "usageLimits"
			}
			assert.Equal(t, domain, body.Error.Errors[0].Domain)
			assert.Equal(t, row.reason, body.Error.Errors[0].Reason)
			assert.Equal(t, body.Error.Message, body.Error.Errors[0].Message)
		})
	}
}

func TestCallsThatTheTwinDoesNotHave(t *testing.T) {
	f := newFixture(t)
	f.bind("projects/todo-123", "roles/storage.admin")
	for _, test := range []struct {
		method, path, want string
		headers            []string
	}{
		{"GET", "/storage/v1/b/todo-status/o", "GET /storage/v1/b/todo-status/o", nil},
		{"DELETE", object, "DELETE " + object, nil},
		{"PATCH", object, "PATCH " + object, nil},
		{"GET", "/storage/v1/b?project=todo-123", "GET /storage/v1/b", nil},
		{"GET", "/todo-status/status.json", "GET /todo-status/status.json", nil},
		{"GET", "/storage/v1/b/todo-status/o/a/b", "one escaped part of the path", nil},
		{"POST", strings.Replace(upload, "media", "resumable", 1), "uploadType=resumable", nil},
		{"POST", strings.Replace(upload, "media", "multipart", 1), "uploadType=multipart", nil},
		{"POST", upload + "&predefinedAcl=publicRead", "predefinedAcl=publicRead", nil},
		{"GET", object + "?generation=1", "generation=1", nil},
		{"GET", object + "?alt=proto", "alt=proto", nil},
		{"POST", upload, "the header X-Goog-Hash", []string{"X-Goog-Hash", "crc32c=AAAAAA=="}},
	} {
		got := f.do(test.method, test.path, "", test.headers...)
		assert.Equal(t, http.StatusNotImplemented, got.status, test.path)
		assert.Contains(t, got.body, "The twin's Cloud Storage does not have", test.path)
		assert.Contains(t, got.body, test.want, test.path)
	}
}
