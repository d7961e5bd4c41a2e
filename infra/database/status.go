package database

import (
	"fmt"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/storage"
	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// statusObject is the one object of the status bucket: JSON that the host writes over whenever there is something to
// say, and at least once a minute.
const statusObject = "status.json"

// status is where the host says how it is. It holds nothing that a host would not say again.
type status struct {
	bucket pulumi.StringOutput
	object *storage.BucketObject
	grant  pulumi.Resource // the permission to write it
}

func newStatus(ctx *pulumi.Context, db *Database, id *identity) (*status, error) {
	// Names of buckets are shared by all of Google's customers, so somebody else may have the plain one. In another region
	// it is another bucket, made before the old one goes.
	suffix, err := random.NewRandomId(ctx, db.name+"-status-suffix", &random.RandomIdArgs{
		ByteLength: pulumi.Int(4),
		Keepers:    pulumi.StringMap{"region": pulumi.String(db.args.Region)},
	}, db.options()...)
	if err != nil {
		return nil, fmt.Errorf("create the suffix of the status bucket's name: %w", err)
	}
	bucket, err := storage.NewBucket(ctx, db.name+"-status", &storage.BucketArgs{
		Name:                     pulumi.Sprintf("%s-%s", physicalName(ctx.Project(), ctx.Stack(), "db-status"), suffix.Hex),
		Location:                 pulumi.String(db.args.Region),
		UniformBucketLevelAccess: pulumi.Bool(true),
		PublicAccessPrevention:   pulumi.String("enforced"),
		ForceDestroy:             pulumi.Bool(true),
		// A document that is written every minute is not kept for a week each time.
		SoftDeletePolicy: storage.BucketSoftDeletePolicyArgs{RetentionDurationSeconds: pulumi.Int(0)},
		Labels:           labels(ctx),
	}, db.options()...)
	if err != nil {
		return nil, fmt.Errorf("create the bucket of the host's status: %w", err)
	}
	object, err := storage.NewBucketObject(ctx, db.name+"-status-document", &storage.BucketObjectArgs{
		Bucket:      bucket.Name,
		Name:        pulumi.String(statusObject),
		ContentType: pulumi.String("application/json"),
		Content:     pulumi.String("{}"),
		// What the host wrote is no drift. The provider compares content by the hash that a refresh reads, and would
		// write over it.
	}, db.options(pulumi.IgnoreChanges([]string{"content", "detectMd5hash"}))...)
	if err != nil {
		return nil, fmt.Errorf("create the host's status document: %w", err)
	}
	grant, err := storage.NewBucketIAMMember(ctx, db.name+"-status-writer", &storage.BucketIAMMemberArgs{
		Bucket: bucket.Name,
		Role:   pulumi.String("roles/storage.objectUser"),
		Member: pulumi.Sprintf("serviceAccount:%s", id.email),
	}, db.options()...)
	if err != nil {
		return nil, fmt.Errorf("let the database host write its status: %w", err)
	}
	return &status{bucket.Name, object, grant}, nil
}
