package gcp

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBucketsAndObjectsThatGoogleRefuses(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.enable()
	p.MustUp(bucketToken, "taken", bucketArgs(object{"name": "todo-taken"}))
	bucket := func(changes object) object { return bucketArgs(with(object{"name": "todo-refused"}, changes)) }
	grant := func(changes object) object {
		return with(object{"bucket": "todo-taken", "role": "roles/storage.objectUser", "member": "user:a@example.com"}, changes)
	}
	put := func(changes object) object { return objectArgs(with(object{"bucket": "todo-taken"}, changes)) }
	const (
		names     = "https://cloud.google.com/storage/docs/buckets#naming"
		locations = "https://cloud.google.com/storage/docs/locations"
		classes   = "https://cloud.google.com/storage/docs/storage-classes"
		inserting = "https://cloud.google.com/storage/docs/json_api/v1/buckets/insert"
		codes     = "https://cloud.google.com/storage/docs/json_api/v1/status-codes"
		softly    = "https://cloud.google.com/storage/docs/soft-delete#retention-duration"
		labels    = "https://cloud.google.com/storage/docs/tags-and-labels#bucket-labels"
		public    = "https://cloud.google.com/storage/docs/public-access-prevention"
		roles     = "https://cloud.google.com/storage/docs/access-control/iam-roles"
		objects   = "https://cloud.google.com/storage/docs/objects#naming"

		placeSeen = "https://github.com/googleapis/google-cloud-cpp/issues/8566"
		roleSeen  = "https://github.com/hashicorp/terraform-provider-google/issues/5107"
	)
	p.refuse(t, []refusal{
		{
			name: "name of two characters", token: bucketToken, args: bucket(object{"name": "to"}),
			want: "name must contain 3-63 characters", source: names,
		},
		{
			name: "name of 64 characters", token: bucketToken, args: bucket(object{"name": strings.Repeat("b", 64)}),
			want: "each dot-separated component can be no longer than 63 characters", source: names,
		},
		{
			name: "name with a capital", token: bucketToken, args: bucket(object{"name": "Todo-status"}),
			want: "can only contain lowercase letters, numeric characters, dashes (-), underscores (_), and dots (.)", source: names,
		},
		{
			name: "name that ends with a dash", token: bucketToken, args: bucket(object{"name": "todo-status-"}),
			want: "name must start and end with a number or letter", source: names,
		},
		{
			name: "name like an address", token: bucketToken, args: bucket(object{"name": "192.168.5.4"}),
			want: "name cannot be represented as an IP address", source: names,
		},
		{
			name: "name that begins with goog", token: bucketToken, args: bucket(object{"name": "goog-status"}),
			want: `name cannot begin with the "goog" prefix`, source: names,
		},
		{
			name: "name like Google's", token: bucketToken, args: bucket(object{"name": "my-g00gle-status"}),
			want: `name cannot contain "google" or close misspellings`, source: names,
		},
		{
			name: "name with two dots", token: bucketToken, args: bucket(object{"name": "todo..status"}),
			want: "name cannot have an empty label", source: names,
		},
		{
			name: "name of a domain that is not ours", token: bucketToken, args: bucket(object{"name": "status.example.com"}),
			code: 403, reason: "forbidden", want: "The bucket you tried to create is a domain name owned by another user.",
			source: "https://cloud.google.com/storage/docs/domain-name-verification", seen: "https://github.com/pulumi/pulumi-gcp/issues/26",
		},
		{
			name: "name taken by another", token: bucketToken, args: bucket(object{"name": "gcp-public-data-landsat"}),
			code: 409, reason: "conflict", want: "The requested bucket name is not available. The bucket namespace is shared by all users of the system. " +
				"Please select a different name and try again.",
			source: codes, seen: "https://github.com/GoogleCloudPlatform/mlops-with-vertex-ai/issues/26",
		},
		{
			name: "name taken by this project", token: bucketToken, args: bucket(object{"name": "todo-taken"}),
			code: 409, reason: "conflict", want: "Your previous request to create the named bucket succeeded and you already own it.",
			source: codes, seen: "https://github.com/gitpod-io/gitpod/issues/15578",
		},
		{
			name: "name taken by another project", token: bucketToken, args: bucket(object{"name": "todo-taken", "project": "other-project-123"}),
			code: 409, reason: "conflict", want: "The requested bucket name is not available.",
			source: codes, seen: "https://github.com/percona/mongo_terraform_ansible/issues/24",
		},
		{
			name: "location that there isn't", token: bucketToken, args: bucket(object{"location": "us-east9"}),
			code: 400, reason: "invalid", want: "The specified location constraint is not valid.", source: locations, seen: placeSeen,
		},
		{
			name: "zone as location", token: bucketToken, args: bucket(object{"location": "us-east4-a"}),
			code: 400, reason: "invalid", want: "The specified location constraint is not valid.", source: locations, seen: placeSeen,
		},
		{
			name: "storage class typo", token: bucketToken, args: bucket(object{"storageClass": "NEAR"}),
			code: 400, reason: "invalid", want: "Invalid argument.", source: classes,
		},
		{
			name: "public access typo", token: bucketToken, args: bucket(object{"publicAccessPrevention": "enforce"}),
			code: 400, reason: "invalid", want: "Invalid argument.", source: public,
		},
		{
			name: "soft deletion for an hour", token: bucketToken, args: bucket(object{"softDeletePolicy": object{"retentionDurationSeconds": 3600}}),
			code: 400, reason: "invalid", want: "must be 0 or between 604800 and 7776000 seconds", source: softly,
		},
		{
			name: "label key with a capital", token: bucketToken, args: bucket(object{"labels": object{"Part": "database"}}),
			want: `"Part" is an invalid label key. See ` + labels, source: labels,
		},
		{
			name: "label value with a space", token: bucketToken, args: bucket(object{"labels": object{"part": "my database"}}),
			code: 400, reason: "invalid", want: "Label value 'my database' violates format constraints.", source: labels,
		},
		{
			name: "65 labels", token: bucketToken, args: bucket(object{"labels": many(65)}),
			code: 400, reason: "invalid", want: "at most 64 labels, got 65", source: labels,
		},

		{
			name: "everybody on a bucket that nobody may see", token: bucketMemberToken, args: grant(object{"member": "allUsers"}),
			code: 412, reason: "conditionNotMet", want: "The member bindings allUsers and allAuthenticatedUsers are not allowed since public access prevention is enforced.",
			source: public, seen: "https://github.com/ONLYOFFICE/ControlPanel/issues/8",
		},
		{
			name: "grant on a bucket that is not there", token: bucketMemberToken, args: grant(object{"bucket": "todo-none"}),
			code: 404, reason: "notFound", want: "The specified bucket does not exist.", source: codes,
		},
		{
			name: "role typo on a bucket", token: bucketMemberToken, args: grant(object{"role": "roles/storage.objectUsr"}),
			code: 400, reason: "invalid", want: "Role roles/storage.objectUsr is not supported for this resource.", source: roles, seen: roleSeen,
		},
		{
			name: "role of another service on a bucket", token: bucketMemberToken, args: grant(object{"role": "roles/secretmanager.secretAccessor"}),
			code: 400, reason: "invalid", want: "Role roles/secretmanager.secretAccessor is not supported for this resource.", source: roles, seen: roleSeen,
		},
		{
			name: "grant on a bucket to an account that is not there", token: bucketMemberToken,
			args: grant(object{"member": "serviceAccount:nobody@my-project-123.iam.gserviceaccount.com"}),
			code: 400, reason: "invalid", want: "Service account nobody@my-project-123.iam.gserviceaccount.com does not exist.",
			source: "https://cloud.google.com/iam/docs/principal-identifiers",
		},
		{
			name: "grant on a bucket to a bare email", token: bucketMemberToken, args: grant(object{"member": "a@example.com"}),
			want: "invalid value for member", source: "https://cloud.google.com/iam/docs/principal-identifiers",
		},

		{
			name: "object in a bucket that is not there", token: objectToken, args: put(object{"bucket": "todo-none"}),
			code: 404, reason: "notFound", want: "The specified bucket does not exist.", source: codes,
		},
		{
			name: "object without content", token: objectToken, args: put(object{"content": ""}),
			want:   `Error, either "content" or "source" must be specified`,
			late:   true,
			source: terraform + "storage_bucket_object",
		},
		{
			name: "object's name with a line's end", token: objectToken, args: put(object{"name": "a\nb"}),
			code: 400, reason: "invalid", want: "Invalid object name", source: objects,
		},
		{
			name: "object's name that is two dots", token: objectToken, args: put(object{"name": ".."}),
			code: 400, reason: "invalid", want: "Invalid object name: '..'", source: objects,
		},
		{
			name: "object's name over 1024 bytes", token: objectToken, args: put(object{"name": strings.Repeat("n", 1025)}),
			code: 400, reason: "invalid", want: "The maximum object length is 1024 characters", source: objects,
		},
		{
			name: "object's name kept for certificates", token: objectToken, args: put(object{"name": ".well-known/acme-challenge/x"}),
			code: 400, reason: "invalid", want: "Invalid object name", source: objects,
		},
		{
			name: "bucket without its location", token: bucketToken, args: object{"name": "todo-refused"},
			want: `"location" is required`, source: inserting,
		},
	})
}

func TestStorageArgumentsThatTheTwinDoesNotHave(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.MustUp(bucketToken, "status", bucketArgs(nil))
	for argument, value := range map[string]any{
		"rpo": "DEFAULT", "website": object{"mainPageSuffix": "index.html"}, "retentionPolicy": object{"retentionPeriod": 1},
		"encryption": object{"defaultKmsKeyName": "k"}, "requesterPays": true,
		"lifecycleRules": []any{object{"action": object{"type": "Delete"}, "condition": object{"age": 1}}}, "versioning": object{"enabled": true},
	} {
		_, err := p.Up(bucketToken, "refused", bucketArgs(object{"name": "todo-refused", argument: value}))
		require.ErrorContains(t, err, argument+": Invalid or unknown key")
	}
	for argument, value := range map[string]any{"temporaryHold": true, "source": "file", "kmsKeyName": "k", "storageClass": "NEARLINE", "cacheControl": "no-store"} {
		_, err := p.Up(objectToken, "refused", objectArgs(object{argument: value}))
		require.ErrorContains(t, err, argument+": Invalid or unknown key")
	}
	_, err := p.Up(bucketMemberToken, "refused", object{
		"bucket": "todo-status", "role": "roles/storage.objectUser", "member": "user:a@example.com", "condition": object{"title": "t"},
	})
	require.ErrorContains(t, err, "condition: Invalid or unknown key")
	_, err = p.Call("gcp:storage/getBucketObject:getBucketObject", object{})
	require.ErrorContains(t, err, `does not have the function "gcp:storage/getBucketObject:getBucketObject"`)
}
