package aws

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/cloud/cloudtest"
	"crosscloud/infra/twin/services/ecr"
	"crosscloud/infra/twin/state"
)

const keepTen = `{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":10},"action":{"type":"expire"}}]}`

func (f *fixture) push(repository string) {
	f.t.Helper()
	image := ecr.Image{Repository: repository, Digest: "sha256:0", Manifest: []byte("{}"), Pushed: time.Now()}
	require.NoError(f.t, state.Put(f.store, repository+"@"+image.Digest, image))
}

func TestRepository(t *testing.T) {
	f := newFixture(t)
	args := values{"name": "crosscloud-local", "imageTagMutability": "IMMUTABLE", "imageScanningConfiguration": values{"scanOnPush": true}}
	made := f.MustUp(repositoryToken, "app", args)
	assert.Equal(t, "111122223333.dkr.ecr.us-east-1.amazonaws.com/crosscloud-local", made.Output("repositoryUrl"))
	assert.Equal(t, "111122223333", made.Output("registryId"))
	shared, err := state.Get[state.Repository](f.store, "crosscloud-local")
	require.NoError(t, err)
	assert.True(t, shared.ImmutableTags)

	spelt := with(args, values{"encryptionConfigurations": []any{values{"encryptionType": "AES256"}}})
	assert.Equal(t, cloudtest.Same, f.MustUp(repositoryToken, "app", spelt).Change, "what ECR does without being told")
	assert.Equal(t, cloudtest.Same, f.MustUp(repositoryToken, "app", with(args, values{"imageScanningConfiguration": nil})).Change,
		"ECR keeps a setting that is no longer given")

	policy := values{"repository": "crosscloud-local", "policy": keepTen}
	f.MustUp("aws:ecr/lifecyclePolicy:LifecyclePolicy", "keep", policy)
	require.True(t, f.Refresh("keep"))
	assert.Equal(t, cloudtest.Same, f.MustUp("aws:ecr/lifecyclePolicy:LifecyclePolicy", "keep", policy).Change)

	f.push("crosscloud-local")
	f.MustUp(repositoryToken, "app", with(args, values{"forceDelete": true}))
	require.NoError(t, f.Destroy("app"))
	images, err := ecr.Images(f.store, "crosscloud-local")
	require.NoError(t, err)
	assert.Empty(t, images)
	assert.False(t, f.Refresh("keep"))
}

func TestRegistryToken(t *testing.T) {
	f := newFixture(t)
	got, err := f.Call("aws:ecr/getAuthorizationToken:getAuthorizationToken", values{"registryId": "111122223333"})
	require.NoError(t, err)
	assert.Equal(t, "AWS", got["userName"])
	assert.NotEmpty(t, got["password"])
	assert.Equal(t, "https://111122223333.dkr.ecr.us-east-1.amazonaws.com", got["proxyEndpoint"])
	_, err = f.Call("aws:ecr/getAuthorizationToken:getAuthorizationToken", values{"registryId": "999999999999"})
	assert.ErrorContains(t, err, "is not this account's")
}
