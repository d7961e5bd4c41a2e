package gcp

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/cloud/cloudtest"
	"crosscloud/infra/twin/services/gcs"
	"crosscloud/infra/twin/state"
)

const (
	bucketToken       = "gcp:storage/bucket:Bucket"
	bucketMemberToken = "gcp:storage/bucketIAMMember:BucketIAMMember"
	objectToken       = "gcp:storage/bucketObject:BucketObject"
	contentToken      = "gcp:storage/getBucketObjectContent:getBucketObjectContent"
)

// bucketArgs has the arguments of a bucket as the program gives them, with changes.
func bucketArgs(changes object) object {
	return with(object{
		"name": "todo-status", "location": "us-east4", "uniformBucketLevelAccess": true, "publicAccessPrevention": "enforced",
		"labels": object{"part": "database"}, "softDeletePolicy": object{"retentionDurationSeconds": 0},
	}, changes)
}

// objectArgs has those of an object.
func objectArgs(changes object) object {
	return with(object{"bucket": "todo-status", "name": "status.json", "content": "{}", "contentType": "application/json"}, changes)
}

// overwrite is what a host does over the service.
func (p project) overwrite(t *testing.T, content, contentType string) {
	t.Helper()
	_, err := gcs.NewObjects(p.store, time.Now).Put(
		state.StorageObject{Bucket: "todo-status", Name: "status.json", ContentType: contentType}, []byte(content),
		func(existing *state.StorageObject) error { assert.NotNil(t, existing); return nil },
	)
	require.NoError(t, err)
}

func (p project) content(t *testing.T) any {
	t.Helper()
	got, err := p.Call(contentToken, object{"bucket": "todo-status", "name": "status.json"})
	require.NoError(t, err)
	return got["content"]
}

func TestBucket(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	made := p.MustUp(bucketToken, "status", bucketArgs(nil))
	assert.Equal(t, "todo-status", made.ID)
	assert.Equal(t, "US-EAST4", made.Output("location"))
	assert.Equal(t, "STANDARD", made.Output("storageClass"))
	assert.Equal(t, "gs://todo-status", made.Output("url"))
	assert.EqualValues(t, state.ProjectNumber("my-project-123"), made.Output("projectNumber"))
	assert.True(t, made.Secret("effectiveLabels"))
	require.True(t, p.Refresh("status"))
	assert.Equal(t, cloudtest.Same, p.MustUp(bucketToken, "status", bucketArgs(nil)).Change)
	assert.Equal(t, cloudtest.Same, p.MustUp(bucketToken, "status", bucketArgs(object{"location": "US-EAST4"})).Change)

	known, err := state.Get[state.StorageBucket](p.store, "todo-status")
	require.NoError(t, err)
	assert.Equal(t, "my-project-123", known.Project)
	named := p.MustUp(bucketToken, "unnamed", object{"location": "EU"})
	assert.Regexp(t, "^unnamed-[0-9a-f]{7}$", named.ID)
	for argument, chosen := range map[string]any{
		"publicAccessPrevention": "inherited", "uniformBucketLevelAccess": false,
		"softDeletePolicy": object{"retentionDurationSeconds": 604800.0},
	} {
		assert.Equal(t, chosen, named.Output(argument), argument)
	}
	require.True(t, p.Refresh("unnamed"))
	assert.Equal(t, cloudtest.Same, p.MustUp(bucketToken, "unnamed", object{"location": "EU", "name": named.ID}).Change, "what Google chose stays")
}

func TestBucketOfThisNameInS3IsAnother(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	objects, err := state.Objects(p.store)
	require.NoError(t, err)
	require.NoError(t, objects.CreateBucket("todo-status"))

	p.MustUp(bucketToken, "status", bucketArgs(nil))
	p.MustUp(objectToken, "object", objectArgs(nil))
	_, err = objects.HeadObject("todo-status", "status.json")
	require.Error(t, err)
	require.NoError(t, p.Destroy("object"))
	require.NoError(t, p.Destroy("status"))
	there, err := objects.BucketExists("todo-status")
	require.NoError(t, err)
	assert.True(t, there)
}

func TestBucketIsEmptyWhenItGoes(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.enable()
	p.MustUp(accountToken, "host", object{"accountId": "db-host"})
	p.MustUp(bucketToken, "status", bucketArgs(nil))
	p.MustUp(objectToken, "object", objectArgs(nil))
	member := object{"bucket": "b/todo-status", "role": "roles/storage.objectUser", "member": "serviceAccount:" + email}
	granted := p.MustUp(bucketMemberToken, "member", member)
	assert.Equal(t, "b/todo-status/roles/storage.objectUser/serviceAccount:"+email, granted.ID)
	require.True(t, p.Refresh("member"))
	assert.Equal(t, cloudtest.Same, p.MustUp(bucketMemberToken, "member", with(member, object{"bucket": "todo-status"})).Change)

	refusal{
		want:   "Error trying to delete bucket todo-status containing objects without `force_destroy` set to true",
		source: terraform + "storage_bucket", seen: "https://github.com/terraform-google-modules/terraform-google-project-factory/issues/546",
	}.answer(t, p.Destroy("status"))
	p.MustUp(bucketToken, "status", bucketArgs(object{"forceDestroy": true}))
	require.NoError(t, p.Destroy("status"))
	assert.False(t, p.Refresh("object"), "the bucket took it along")
	assert.False(t, p.Refresh("member"), "and the grant")
	bindings, err := state.List[state.Binding](p.store)
	require.NoError(t, err)
	assert.Empty(t, bindings)
	left, err := state.List[state.StorageObject](p.store)
	require.NoError(t, err)
	assert.Empty(t, left)
	files, err := os.ReadDir(filepath.Join(p.store.Dir(), "contents"))
	require.NoError(t, err)
	assert.Empty(t, files, "no contents without an object")
}

func TestGrantOnABucketReachesTheService(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.enable()
	p.MustUp(accountToken, "host", object{"accountId": "db-host"})
	p.MustUp(bucketToken, "status", bucketArgs(nil))
	p.MustUp(bucketMemberToken, "member", object{"bucket": "todo-status", "role": "roles/storage.objectUser", "member": "serviceAccount:" + email})
	b, err := state.Get[state.Binding](p.store, "b/todo-status roles/storage.objectUser serviceAccount:"+email)
	require.NoError(t, err)
	assert.False(t, b.Made.IsZero(), "it takes effect late, as every grant does")
	for argument, value := range map[string]string{"role": "roles/storage.objectViewer", "member": "user:a@example.com"} {
		args := object{"bucket": "todo-status", "role": "roles/storage.objectUser", "member": "serviceAccount:" + email}
		p.MustUp(bucketMemberToken, "member", args)
		assert.Equal(t, cloudtest.Replaced, p.MustUp(bucketMemberToken, "member", with(args, object{argument: value})).Change, argument)
	}
	p.MustUp(bucketMemberToken, "viewer", object{"bucket": "todo-status", "role": "roles/storage.bucketViewer", "member": "user:a@example.com"})
}

func TestObject(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.MustUp(bucketToken, "status", bucketArgs(nil))
	made := p.MustUp(objectToken, "object", objectArgs(nil))
	assert.Equal(t, "todo-status-status.json", made.ID)
	assert.Equal(t, "{}", p.content(t))
	assert.True(t, made.Secret("content"))
	assert.Equal(t, "mZFLkyvTelC5g8XnyQrpOw==", made.Output("md5hash"))
	assert.Equal(t, "https://www.googleapis.com/storage/v1/b/todo-status/o/status.json", made.Output("selfLink"))
	assert.Equal(t, "STANDARD", made.Output("storageClass"))
	require.True(t, p.Refresh("object"))
	assert.Equal(t, cloudtest.Same, p.MustUp(objectToken, "object", objectArgs(nil)).Change)

	changed := p.MustUp(objectToken, "object", objectArgs(object{"content": "[]"}))
	assert.Equal(t, cloudtest.Updated, changed.Change, "other content is uploaded in place")
	assert.Equal(t, "[]", p.content(t))
	assert.Greater(t, changed.Output("generation"), made.Output("generation"))
	assert.Equal(t, made.Output("selfLink"), changed.Output("selfLink"))
	assert.Contains(t, changed.Output("mediaLink"), "generation="+strconv.FormatFloat(changed.Output("generation").(float64), 'f', 0, 64))

	for argument, value := range map[string]string{"contentType": "text/html", "name": "other.json"} {
		replaced := p.MustUp(objectToken, "object", objectArgs(object{argument: value}))
		assert.Equal(t, cloudtest.Replaced, replaced.Change, argument)
		assert.Equal(t, cloudtest.Replaced, p.MustUp(objectToken, "object", objectArgs(nil)).Change)
		assert.Equal(t, "{}", p.content(t), "the old one is deleted before the new one is made")
	}
	p.MustUp(objectToken, "long", objectArgs(object{"name": strings.Repeat("n", 1024)}))
	require.True(t, p.Refresh("long"))
	require.NoError(t, p.Destroy("long"))
	require.NoError(t, p.Destroy("object"))
	_, err := p.Call(contentToken, object{"bucket": "todo-status", "name": "status.json"})
	require.Error(t, err)
}

func TestRefreshSeesWhatAHostHasWritten(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.MustUp(bucketToken, "status", bucketArgs(nil))
	p.MustUp(objectToken, "object", objectArgs(nil))
	p.overwrite(t, `{"state":"serving"}`, "application/json")
	assert.Equal(t, `{"state":"serving"}`, p.content(t))
	assert.Equal(t, cloudtest.Same, p.MustUp(objectToken, "object", objectArgs(nil)).Change, "nobody looked")

	require.True(t, p.Refresh("object"))
	seen := p.Get("object")
	assert.Equal(t, seen.Output("md5hash"), seen.Output("detectMd5hash"))
	assert.Equal(t, "{}", seen.Output("content"), "only the checksum tells")
	up := p.MustUp(objectToken, "object", objectArgs(nil))
	assert.Equal(t, cloudtest.Updated, up.Change)
	assert.Contains(t, up.Diff, "detectMd5hash")
	assert.Equal(t, "{}", p.content(t), "who does not want that ignores changes of detectMd5hash")

	p.overwrite(t, "{}", "text/html")
	require.True(t, p.Refresh("object"))
	up = p.MustUp(objectToken, "object", objectArgs(nil))
	assert.Equal(t, cloudtest.Replaced, up.Change)
	assert.Contains(t, up.Diff, "contentType")

	args := objectArgs(object{"name": "plain"})
	delete(args, "contentType")
	plainText := p.MustUp(objectToken, "plain", args)
	assert.Equal(t, "text/plain; charset=utf-8", plainText.Output("contentType"))
	require.True(t, p.Refresh("plain"))
	assert.Equal(t, cloudtest.Same, p.MustUp(objectToken, "plain", args).Change)
	require.NoError(t, gcs.NewObjects(p.store, time.Now).Delete("todo-status", "plain"))
	assert.False(t, p.Refresh("plain"))
}

func TestReadingAnObjectThatIsNotThere(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	const prefix = "Error downloading storage bucket object: googleapi: got HTTP response code 404 with body: "
	_, err := p.Call(contentToken, object{"bucket": "todo-status", "name": "status.json"})
	require.ErrorContains(t, err, prefix+"The specified bucket does not exist.")
	p.MustUp(bucketToken, "status", bucketArgs(nil))
	_, err = p.Call(contentToken, object{"bucket": "todo-status", "name": "status.json"})
	require.ErrorContains(t, err, prefix+"No such object: todo-status/status.json")
}
