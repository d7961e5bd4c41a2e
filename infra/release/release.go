package release

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ssm"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"crosscloud/infra/tags"
)

// Args is what one release consists of.
type Args struct {
	Name    string            // begins the names of resources, as the channel's
	Tags    map[string]string // optional; on every resource that takes tags
	Channel *Channel

	Revision pulumi.StringInput // SHA-256 of the bundle, in hexadecimal
	Bundle   pulumi.StringInput // the bundle, in base64
	Digest   pulumi.StringInput // of the image that the bundle names
	Address  pulumi.StringInput // where the site answers

	// Database is waited for before the web host is told, so that a changed password, certificate authority or list of
	// clients is always there before the app wants it.
	Database Database

	// After lists what must be there before anybody is waited for: both hosts, as a machine that failed to start answers
	// nobody.
	After []pulumi.Resource
}

// Database says what the database host is to serve, and where it tells whether it does.
type Database struct {
	Revision       pulumi.StringInput
	Bucket, Object pulumi.StringInput // of its status, in GCS
}

// deadline is how long each host may take. It covers a first boot: packages, the image, and grants that take minutes to
// reach every part of a cloud. Only tests have less patience.
var deadline = 15 * time.Minute

// Release is a version of the app that the web host was told to serve.
type Release struct {
	pulumi.ResourceState

	// Result is the gate's: known once the site serves the release, an error when it does not. It must be exported,
	// since an error in an output that nobody reads is lost.
	Result pulumi.StringOutput
}

// desired is what the web host watches: which bundle to apply. Agents as old as the stack read it (webhost/instance.go).
type desired struct {
	Revision string `json:"revision"`
	Bucket   string `json:"bucket"`
	Key      string `json:"key"`
}

// etag is S3's checksum of a bundle in base64: the MD5 of the bytes, as they are encrypted with S3's own keys and come in one
// part, which the provider's uploads do up to 5 MiB.
func etag(encoded string) (string, error) {
	content, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return "", fmt.Errorf("checksum of the bundle: %w", err)
	}
	sum := md5.Sum(content)
	return hex.EncodeToString(sum[:]), nil
}

// New uploads the bundle, tells the web host of it, and lets Result wait for that and for the site. It returns when the
// database host serves, and in a preview at once.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*Release, error) {
	release := &Release{}
	if err := ctx.RegisterComponentResource("crosscloud:release:Release", name, release, opts...); err != nil {
		return nil, fmt.Errorf("release %s: %w", name, err)
	}
	revision := args.Revision.ToStringOutput()
	key := pulumi.Sprintf("%s%s.tar.gz", bundlePrefix, revision)
	object, err := s3.NewBucketObjectv2(ctx, name, &s3.BucketObjectv2Args{
		Bucket:        args.Channel.bucket,
		Key:           key,
		ContentBase64: args.Bundle.ToStringOutput().ToStringPtrOutput(),
		ContentType:   pulumi.String("application/gzip"),
		// The provider never reads the contents again. Without a checksum to compare, a refresh would not see that somebody
		// overwrote the bundle, which hosts then refuse.
		Etag: args.Bundle.ToStringOutput().ApplyT(etag).(pulumi.StringOutput),
		Tags: tags.Named(args.Tags, args.Name+"-bundle"),
		// A bundle of the past is a few kilobytes that tell what ran. The provider would delete all of its versions.
	}, pulumi.Parent(release), pulumi.DependsOn(slices.Concat(args.Channel.ready, args.After)), pulumi.RetainOnDelete(true))
	if err != nil {
		return nil, fmt.Errorf("release %s: bundle: %w", name, err)
	}
	if err := release.databaseGate(ctx, args.Database, object); err != nil {
		return nil, err
	}
	document := pulumi.All(revision, args.Channel.bucket, key).ApplyT(func(values []any) (string, error) {
		text, err := json.Marshal(desired{values[0].(string), values[1].(string), values[2].(string)})
		return string(text), err
	}).(pulumi.StringOutput)
	// Written last and in one piece, so that a host never sees half of a release.
	parameter, err := ssm.NewParameter(ctx, name, &ssm.ParameterArgs{
		Name:          pulumi.String(args.Channel.DesiredParameter),
		Description:   pulumi.String("The bundle that the web host applies"),
		Type:          pulumi.String("String"),
		InsecureValue: document,
		Tags:          tags.Named(args.Tags, args.Name+"-desired"),
	}, pulumi.Parent(release), pulumi.DependsOn([]pulumi.Resource{object}))
	if err != nil {
		return nil, fmt.Errorf("release %s: desired state: %w", name, err)
	}
	release.Result = release.webGate(ctx, args, parameter)
	return release, ctx.RegisterResourceOutputs(release, pulumi.Map{"result": release.Result})
}
