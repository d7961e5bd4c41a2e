package release

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ssm"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/internals"

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

	// After lists what must be there before the host is told: the host itself, so that the gate does not wait for a
	// machine that failed to start.
	After []pulumi.Resource
}

// deadline is how long the host may take. It covers a first boot: packages, the image, and a database host that boots
// at the same time.
const deadline = 15 * time.Minute

// Release is a version of the app that the web host was told to serve.
type Release struct {
	pulumi.ResourceState

	// Result is the gate's: known once the site serves the release, an error when it does not. It must be exported,
	// since an error in an output that nobody reads is lost.
	Result pulumi.StringOutput
}

// desired is what the web host watches: which bundle to apply.
type desired struct {
	Revision string `json:"revision"`
	Bucket   string `json:"bucket"`
	Key      string `json:"key"`
}

// New uploads the bundle, tells the host, and waits at the gate.
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
		Tags:          tags.Named(args.Tags, args.Name+"-bundle"),
		// A bundle of the past is a few kilobytes that tell what ran. The provider would delete all of its versions.
	}, pulumi.Parent(release), pulumi.DependsOn(args.Channel.ready), pulumi.RetainOnDelete(true))
	if err != nil {
		return nil, fmt.Errorf("release %s: bundle: %w", name, err)
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
	}, pulumi.Parent(release), pulumi.DependsOn(append([]pulumi.Resource{object}, args.After...)))
	if err != nil {
		return nil, fmt.Errorf("release %s: desired state: %w", name, err)
	}
	release.Result = release.gate(ctx, args, parameter)
	return release, ctx.RegisterResourceOutputs(release, pulumi.Map{"result": release.Result})
}

// gate waits, after the desired state was written, until the site serves it.
func (r *Release) gate(ctx *pulumi.Context, args Args, written *ssm.Parameter) pulumi.StringOutput {
	return pulumi.All(args.Revision, args.Digest, args.Address, written.Version).ApplyTWithContext(ctx.Context(),
		func(outer context.Context, values []any) (string, error) {
			revision, digest, address := values[0].(string), values[1].(string), values[2].(string)
			result := fmt.Sprintf("serving %.12s, image %s", revision, digest)
			if ctx.DryRun() {
				return result, nil // what an update would end with; a preview asks nobody
			}
			inner, cancel := context.WithTimeout(outer, deadline)
			defer cancel()
			err := pass(inner, revision, digest, address, watcher{
				read:     r.reader(inner, ctx, args.Channel.StatusParameter),
				pause:    pause,
				progress: r.progress(ctx),
			})
			if err != nil {
				return "", fmt.Errorf("release %.12s: %w", revision, err)
			}
			return result, nil
		}).(pulumi.StringOutput)
}

// reader reads the status with the credentials of the provider, as nothing else of the operator's is needed then. No
// read outlives until: the provider tries again for minutes by itself.
func (r *Release) reader(until context.Context, ctx *pulumi.Context, parameter string) func() (string, error) {
	return func() (string, error) {
		// The provider marks every parameter's value secret, which a plain call refuses to return; this one is a status.
		found := ssm.LookupParameterOutput(ctx, ssm.LookupParameterOutputArgs{Name: pulumi.String(parameter)}, pulumi.Parent(r))
		answer, err := internals.UnsafeAwaitOutput(until, found.Value())
		if err != nil {
			return "", err
		}
		return answer.Value.(string), nil
	}
}

func (r *Release) progress(ctx *pulumi.Context) func(string) {
	return func(message string) {
		// A line that can't be shown is no reason to fail a release.
		_ = ctx.Log.Info(message, &pulumi.LogArgs{Resource: r})
	}
}
