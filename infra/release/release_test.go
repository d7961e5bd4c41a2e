package release

import (
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/hoststatus"
	"crosscloud/infra/monitortest"
)

const (
	repositoryURL    = "111122223333.dkr.ecr.us-east-1.amazonaws.com/crosscloud-test"
	digest           = "sha256:4242424242424242424242424242424242424242424242424242424242424242"
	revision         = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	databaseRevision = "d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1"
	canary           = "postgres://todo_a:c4n4ry-p4ssw0rd@198.51.100.9:5432/todo"
)

// asked is what the program reads of the hosts, one text per read; tests replace either.
type asked struct{ database, web func() (string, error) }

// run declares a channel, an image and a release of a site at address whose hosts publish what asked returns.
func run(t *testing.T, address string, hosts asked, options ...pulumi.RunOption) (*monitortest.Monitor, string, error) {
	t.Helper()
	text := resource.NewStringProperty
	monitor := &monitortest.Monitor{
		Outputs: func(token, name string, inputs resource.PropertyMap) resource.PropertyMap {
			switch token {
			case "aws:ecr/repository:Repository":
				return resource.PropertyMap{
					"repositoryUrl": text(repositoryURL), "registryId": text("111122223333"),
					"arn": text("arn:aws:ecr:us-east-1:111122223333:repository/crosscloud-test"),
				}
			case "aws:s3/bucketV2:BucketV2":
				return resource.PropertyMap{"bucket": text("crosscloud-test-1"), "arn": text("arn:aws:s3:::crosscloud-test-1")}
			case "aws:ssm/parameter:Parameter":
				return resource.PropertyMap{
					"arn":     text("arn:aws:ssm:us-east-1:111122223333:parameter" + inputs["name"].StringValue()),
					"version": resource.NewNumberProperty(3),
				}
			case "docker-build:index:Image":
				return resource.PropertyMap{"digest": text(digest)}
			case "random:index/randomId:RandomId":
				return resource.PropertyMap{"hex": text("c0ffee00")}
			}
			return nil
		},
		Functions: map[string]func(resource.PropertyMap) (resource.PropertyMap, error){
			"aws:ecr/getAuthorizationToken:getAuthorizationToken": func(resource.PropertyMap) (resource.PropertyMap, error) {
				return resource.PropertyMap{"userName": text("AWS"), "password": text("t0k3n")}, nil
			},
			"aws:ssm/getParameter:getParameter": func(args resource.PropertyMap) (resource.PropertyMap, error) {
				assert.Equal(t, "/crosscloud/test/status", args["name"].StringValue())
				value, err := hosts.web()
				return resource.PropertyMap{"value": text(value)}, err
			},
			"gcp:storage/getBucketObjectContent:getBucketObjectContent": func(args resource.PropertyMap) (resource.PropertyMap, error) {
				assert.Equal(t, "crosscloud-test-status/status.json", args["bucket"].StringValue()+"/"+args["name"].StringValue())
				value, err := hosts.database()
				return resource.PropertyMap{"content": text(value)}, err
			},
		},
	}
	context := checkout(t, nil)
	t.Chdir(t.TempDir())
	require.NoError(t, os.Symlink(context, "project"))
	var result string
	err := monitor.Run(func(ctx *pulumi.Context) error {
		channel, err := NewChannel(ctx, "channel", ChannelArgs{
			Name: "crosscloud-test", Prefix: "/crosscloud/test", Tags: map[string]string{"stack": "test"},
			DatabaseURL: pulumi.String(canary),
		})
		if err != nil {
			return err
		}
		image, err := NewImage(ctx, "app", ImageArgs{Channel: channel, Context: "project/."})
		if err != nil {
			return err
		}
		released, err := New(ctx, "release", Args{
			Name: "crosscloud-test", Tags: map[string]string{"stack": "test"}, Channel: channel,
			Revision: pulumi.String(revision), Bundle: pulumi.String("YnVuZGxl"), Digest: image.Digest,
			Address: pulumi.String(address), After: []pulumi.Resource{channel},
			Database: Database{
				Revision: pulumi.String(databaseRevision),
				Bucket:   pulumi.String("crosscloud-test-status"), Object: pulumi.String("status.json"),
			},
		})
		if err != nil {
			return err
		}
		ctx.Export("release", released.Result.ApplyT(func(text string) string {
			result = text
			return text
		}))
		return nil
	}, options...)
	return monitor, result, err
}

func publish(s status) func() (string, error) {
	return func() (string, error) {
		text, err := json.Marshal(s)
		return string(text), err
	}
}

// onlyWeb is a web host beside a database host that serves.
func onlyWeb(web func() (string, error)) asked {
	return asked{database: publish(status{Revision: databaseRevision, State: hoststatus.Serving}), web: web}
}

// released runs a release that ends well.
func released(t *testing.T) *monitortest.Monitor {
	t.Helper()
	address, certificate := site(t, serving)
	monitor, result, err := run(t, address, onlyWeb(publish(status{Revision: revision, State: hoststatus.Serving, Digest: digest, Certificate: certificate})))
	require.NoError(t, err)
	assert.Equal(t, "serving 0123456789ab, image "+digest, result)
	return monitor
}

func TestEveryResourceHasAParentAndTags(t *testing.T) {
	tagged := []string{
		"aws:ecr/repository:Repository", "aws:s3/bucketV2:BucketV2", "aws:s3/bucketObjectv2:BucketObjectv2", "aws:ssm/parameter:Parameter",
	}
	resources := released(t).Resources()
	require.Equal(t, 16, len(resources), "this test looks at too few")
	for _, r := range resources {
		if r.Custom {
			assert.Contains(t, r.Options.GetParent(), "crosscloud:release:", "%s %s", r.Token, r.Name)
		}
		if slices.Contains(tagged, r.Token) {
			tags, _ := r.Plain()["tags"].(map[string]any)
			assert.Equal(t, "test", tags["stack"], r.Token)
			assert.True(t, strings.HasPrefix(tags["Name"].(string), "crosscloud-test"), r.Token)
		}
	}
}

func TestConnectionStringIsASecretAndNowhereElse(t *testing.T) {
	for _, r := range released(t).Resources() {
		text, err := json.Marshal(r.Plain())
		require.NoError(t, err)
		if r.Name == "channel-database-url" {
			assert.True(t, r.Secret("value"))
			assert.Equal(t, "SecureString", r.Plain()["type"])
			assert.Contains(t, string(text), "c4n4ry", "the search can find it")
			continue
		}
		assert.NotContains(t, string(text), "c4n4ry", r.Name)
	}
}

func TestDesiredStateIsWrittenLast(t *testing.T) {
	monitor := released(t)
	object := monitor.One(t, "aws:s3/bucketObjectv2:BucketObjectv2")
	assert.Equal(t, "bundles/"+revision+".tar.gz", object.Plain()["key"])
	assert.Equal(t, "YnVuZGxl", object.Plain()["contentBase64"])
	assert.Equal(t, "94377c156735b39dfa4ac607234cb87c", object.Plain()["etag"], "with which a refresh sees that it was overwritten")
	assert.True(t, object.Options.GetRetainOnDelete(), "bundles of the past stay in the bucket")
	for _, child := range []string{"lifecyclePolicy", "bucketLifecycleConfigurationV2"} {
		assert.True(t, dependsOn(object, child), "%s, a child of what must be there before", child)
	}

	for _, r := range monitor.Of("aws:ssm/parameter:Parameter") {
		if r.Plain()["name"] != "/crosscloud/test/desired" {
			continue
		}
		assert.JSONEq(t, `{"revision":"`+revision+`","bucket":"crosscloud-test-1","key":"bundles/`+revision+`.tar.gz"}`,
			r.Plain()["insecureValue"].(string))
		assert.True(t, dependsOn(r, "bucketObjectv2"))
		return
	}
	t.Error("no desired state")
}

func dependsOn(r monitortest.Resource, kind string) bool {
	return slices.ContainsFunc(r.Options.GetDependencies(), func(urn string) bool { return strings.Contains(urn, kind) })
}

func TestStatusIsTheHostsToChange(t *testing.T) {
	for _, r := range released(t).Of("aws:ssm/parameter:Parameter") {
		if r.Plain()["name"] == "/crosscloud/test/status" {
			assert.Equal(t, []string{"value", "insecureValue"}, r.Options.GetIgnoreChanges())
			assert.Equal(t, "{}", r.Plain()["insecureValue"])
			return
		}
	}
	t.Error("no status parameter")
}

func TestImageIsPushedUnderItsContentAndKeptByTheRepository(t *testing.T) {
	monitor := released(t)
	image := monitor.One(t, "docker-build:index:Image")
	plain := image.Plain()
	hash, err := contextHash("project/.")
	require.NoError(t, err)
	assert.Equal(t, []any{repositoryURL + ":" + hash[:16] + "-c0ffee00"}, plain["tags"])
	assert.Equal(t, []any{"linux/amd64"}, plain["platforms"])
	assert.Equal(t, map[string]any{"location": "project/Dockerfile"}, plain["dockerfile"])
	assert.Equal(t, true, plain["push"])
	assert.True(t, image.Secret("registries"), "the registry's password")
	assert.Equal(t, "111122223333.dkr.ecr.us-east-1.amazonaws.com", plain["registries"].([]any)[0].(map[string]any)["address"])
	assert.True(t, image.Options.GetRetainOnDelete())
	assert.Equal(t, map[string]any{"content": hash}, monitor.One(t, "random:index/randomId:RandomId").Plain()["keepers"])

	repository := monitor.One(t, "aws:ecr/repository:Repository").Plain()
	assert.Equal(t, "IMMUTABLE", repository["imageTagMutability"])
	assert.Equal(t, map[string]any{"scanOnPush": true}, repository["imageScanningConfiguration"])
	assert.Equal(t, true, repository["forceDelete"])
}

func TestBucketIsPrivateEncryptedAndVersioned(t *testing.T) {
	monitor := released(t)
	access := monitor.One(t, "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock").Plain()
	for _, key := range []string{"blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"} {
		assert.Equal(t, true, access[key], key)
	}
	assert.Equal(t, map[string]any{"status": "Enabled"},
		monitor.One(t, "aws:s3/bucketVersioningV2:BucketVersioningV2").Plain()["versioningConfiguration"])
	assert.Len(t, monitor.Of("aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2"), 1)
	assert.Equal(t, true, monitor.One(t, "aws:s3/bucketV2:BucketV2").Plain()["forceDestroy"])
}

func TestPreviewAsksNobody(t *testing.T) {
	ask := func() (string, error) {
		t.Error("a preview read a status")
		return "", errors.New("not in a preview")
	}
	_, result, err := run(t, "192.0.2.1", asked{ask, ask}, monitortest.Preview)
	require.NoError(t, err)
	assert.Equal(t, "serving 0123456789ab, image "+digest, result, "what an update would end with, so no difference is shown")
}

func TestReleaseFailsWithTheHostsReason(t *testing.T) {
	_, _, err := run(t, "192.0.2.1", onlyWeb(publish(status{
		Revision: revision, State: hoststatus.Failed, Hops: []hop{{Name: "blue", Detail: "not ready after 30 seconds"}}, Error: "panic",
	})))
	assert.ErrorContains(t, err, "release 0123456789ab: the web host gave it up: blue not done: not ready after 30 seconds; panic")
}

func TestReleaseFailsWhenAnotherImageRuns(t *testing.T) {
	_, _, err := run(t, "192.0.2.1", onlyWeb(publish(status{Revision: revision, State: hoststatus.Serving, Digest: "sha256:other"})))
	assert.ErrorContains(t, err, "runs image sha256:other instead of "+digest)
}

func TestATransientFailureToReadTheStatusPasses(t *testing.T) {
	address, certificate := site(t, serving)
	reads := 0
	_, result, err := run(t, address, onlyWeb(func() (string, error) {
		if reads++; reads == 1 {
			return "", errors.New("no route to host")
		}
		return publish(status{Revision: revision, State: hoststatus.Serving, Digest: digest, Certificate: certificate})()
	}))
	require.NoError(t, err)
	assert.Contains(t, result, "serving")
	assert.Equal(t, 2, reads)
}

// Each host has its deadline, and what it said last is why.
func TestAHostThatDoesNotGetThereFailsTheReleaseAtItsDeadline(t *testing.T) {
	before := deadline
	deadline = time.Second
	t.Cleanup(func() { deadline = before })
	stuck := func(revision string) func() (string, error) {
		return publish(status{Revision: revision, State: hoststatus.Retrying, Hops: []hop{{Name: "packages", Detail: "apt: E: no archive"}}})
	}
	for says, hosts := range map[string]asked{
		"database d1d1d1d1d1d1: the database did not finish: packages not done: apt: E: no archive (the deadline passed)": {
			database: stuck(databaseRevision), web: publish(status{}),
		},
		"release 0123456789ab: the web host did not finish: packages not done: apt: E: no archive (the deadline passed)": onlyWeb(stuck(revision)),
	} {
		_, _, err := run(t, "192.0.2.1", hosts)
		assert.ErrorContains(t, err, says)
	}
}

// A database that failed must stop the release before the web host is told of it.
func TestTheWebHostIsToldNothingBeforeTheDatabaseServes(t *testing.T) {
	monitor, _, err := run(t, "192.0.2.1", asked{
		database: publish(status{Revision: databaseRevision, State: hoststatus.Failed, Hops: []hop{{Name: "disk", Detail: "not attached"}}}),
		web: func() (string, error) {
			t.Error("asked the web host, which was told nothing")
			return "{}", nil
		},
	})
	assert.ErrorContains(t, err, "database d1d1d1d1d1d1: the database gave it up: disk not done: not attached")
	assert.NotContains(t, err.Error(), "input property", "as if an argument were wrong")
	for _, r := range monitor.Of("aws:ssm/parameter:Parameter") {
		assert.NotEqual(t, "/crosscloud/test/desired", r.Plain()["name"])
	}
}

// The order is seen from the web host: when the program first asks it, the database has said that it serves.
func TestTheDatabaseIsWaitedForFirst(t *testing.T) {
	address, certificate := site(t, serving)
	var order []string
	_, _, err := run(t, address, asked{
		database: func() (string, error) {
			order = append(order, "database")
			state := hoststatus.Serving
			if len(order) == 1 {
				state = hoststatus.Retrying
			}
			return publish(status{Revision: databaseRevision, State: state})()
		},
		web: func() (string, error) {
			order = append(order, "web host")
			return publish(status{Revision: revision, State: hoststatus.Serving, Digest: digest, Certificate: certificate})()
		},
	})
	require.NoError(t, err)
	assert.Equal(t, []string{"database", "database", "web host"}, order)
}
