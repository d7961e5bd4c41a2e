package release

import (
	"context"
	"fmt"
	"time"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ssm"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/internals"

	"crosscloud/infra/hoststatus"
)

// databaseGate waits until the database host serves its revision. The machines exist once the bundle does.
//
// It waits here and now: the error of an output that becomes a resource's argument reaches the operator as a complaint
// about that argument.
func (r *Release) databaseGate(ctx *pulumi.Context, db Database, bundle *s3.BucketObjectv2) error {
	if ctx.DryRun() {
		return nil // a preview asks nobody
	}
	known, err := internals.UnsafeAwaitOutput(ctx.Context(), pulumi.All(db.Revision, db.Bucket, db.Object, bundle.ID()))
	if err != nil {
		return fmt.Errorf("bring up the hosts: %w", err)
	}
	if !known.Known {
		return nil // an update of other targets
	}
	values := known.Value.([]any)
	revision, bucket, object := values[0].(string), values[1].(string), values[2].(string)
	limited, cancel := context.WithTimeout(ctx.Context(), deadline)
	defer cancel()
	if _, err := r.watch(ctx, "database", r.inBucket(ctx, bucket, object)).await(limited, revision); err != nil {
		return fmt.Errorf("database %s: %w", hoststatus.Short(revision), err)
	}
	return nil
}

// webGate waits, after the desired state was written, until the site serves it.
func (r *Release) webGate(ctx *pulumi.Context, args Args, written *ssm.Parameter) pulumi.StringOutput {
	return pulumi.All(args.Revision, args.Digest, args.Address, args.Database.Bucket, args.Database.Object, written.Version).
		ApplyTWithContext(ctx.Context(), func(outer context.Context, values []any) (string, error) {
			revision, digest, address := values[0].(string), values[1].(string), values[2].(string)
			result := fmt.Sprintf("serving %s, image %s", hoststatus.Short(revision), digest)
			if ctx.DryRun() {
				return result, nil // what an update would end with; a preview asks nobody
			}
			inner, cancel := context.WithTimeout(outer, deadline)
			defer cancel()
			w := r.watch(ctx, "web host", r.inParameter(ctx, args.Channel.StatusParameter))
			database := r.inBucket(ctx, values[3].(string), values[4].(string))
			w.neighbour = func(asking context.Context) string {
				text, err := database(asking)
				if err != nil {
					return "not readable: " + err.Error()
				}
				return hoststatus.Parse(text).Summary()
			}
			if err := pass(inner, revision, digest, address, w); err != nil {
				return "", fmt.Errorf("release %s: %w", hoststatus.Short(revision), err)
			}
			return result, nil
		}).(pulumi.StringOutput)
}

func (r *Release) watch(ctx *pulumi.Context, host string, read func(context.Context) (string, error)) *watcher {
	return &watcher{host: host, read: read, pause: pause, now: time.Now, progress: func(message string) {
		// A line that can't be shown is no reason to fail a release.
		_ = ctx.Log.Info(message, &pulumi.LogArgs{Resource: r})
	}}
}

func (r *Release) inParameter(ctx *pulumi.Context, name string) func(context.Context) (string, error) {
	return func(until context.Context) (string, error) {
		return hoststatus.ReadParameter(until, ctx, name, pulumi.Parent(r))
	}
}

func (r *Release) inBucket(ctx *pulumi.Context, bucket, object string) func(context.Context) (string, error) {
	return func(until context.Context) (string, error) {
		return hoststatus.ReadObject(until, ctx, bucket, object, pulumi.Parent(r))
	}
}
