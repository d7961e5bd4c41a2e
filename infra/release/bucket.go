package release

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"crosscloud/infra/tags"
)

const (
	bundlePrefix = "bundles/"

	// A bundle that is uploaded again, as after a return to an earlier release, or that somebody overwrites leaves a
	// non-current version. A month is time enough to look at what was there.
	keepVersionsDays = 30
)

// bundles declares the bucket: private, encrypted, versioned.
func (c *Channel) bundles(ctx *pulumi.Context, name string, args ChannelArgs) error {
	bucket, err := s3.NewBucketV2(ctx, name, &s3.BucketV2Args{
		// Bucket names are unique among all of AWS's customers, so the provider completes this one.
		BucketPrefix: pulumi.String(args.Name + "-"),
		ForceDestroy: pulumi.Bool(!args.ProtectData),
		Tags:         tags.Named(args.Tags, args.Name+"-bundles"),
	}, pulumi.Parent(c))
	if err != nil {
		return fmt.Errorf("bucket: %w", err)
	}
	private, err := s3.NewBucketPublicAccessBlock(ctx, name, &s3.BucketPublicAccessBlockArgs{
		Bucket:                bucket.ID(),
		BlockPublicAcls:       pulumi.Bool(true),
		BlockPublicPolicy:     pulumi.Bool(true),
		IgnorePublicAcls:      pulumi.Bool(true),
		RestrictPublicBuckets: pulumi.Bool(true),
	}, pulumi.Parent(c))
	if err != nil {
		return fmt.Errorf("bucket's public access: %w", err)
	}
	encrypted, err := s3.NewBucketServerSideEncryptionConfigurationV2(ctx, name,
		&s3.BucketServerSideEncryptionConfigurationV2Args{
			Bucket: bucket.ID(),
			Rules: s3.BucketServerSideEncryptionConfigurationV2RuleArray{
				s3.BucketServerSideEncryptionConfigurationV2RuleArgs{
					ApplyServerSideEncryptionByDefault: s3.BucketServerSideEncryptionConfigurationV2RuleApplyServerSideEncryptionByDefaultArgs{
						SseAlgorithm: pulumi.String("AES256"),
					},
				},
			},
		}, pulumi.Parent(c))
	if err != nil {
		return fmt.Errorf("bucket's encryption: %w", err)
	}
	versioned, err := s3.NewBucketVersioningV2(ctx, name, &s3.BucketVersioningV2Args{
		Bucket: bucket.ID(),
		VersioningConfiguration: s3.BucketVersioningV2VersioningConfigurationArgs{
			Status: pulumi.String("Enabled"),
		},
	}, pulumi.Parent(c))
	if err != nil {
		return fmt.Errorf("bucket's versioning: %w", err)
	}
	_, err = s3.NewBucketLifecycleConfigurationV2(ctx, name, &s3.BucketLifecycleConfigurationV2Args{
		Bucket: bucket.ID(),
		Rules: s3.BucketLifecycleConfigurationV2RuleArray{s3.BucketLifecycleConfigurationV2RuleArgs{
			Id:     pulumi.String("forget-old-versions"),
			Status: pulumi.String("Enabled"),
			Filter: s3.BucketLifecycleConfigurationV2RuleFilterArgs{Prefix: pulumi.String(bundlePrefix)},
			NoncurrentVersionExpiration: s3.BucketLifecycleConfigurationV2RuleNoncurrentVersionExpirationArgs{
				NoncurrentDays: pulumi.Int(keepVersionsDays),
			},
		}},
		// Rules about versions are refused while versioning is off.
	}, pulumi.Parent(c), pulumi.DependsOn([]pulumi.Resource{versioned}))
	if err != nil {
		return fmt.Errorf("bucket's lifecycle: %w", err)
	}
	c.bucket = bucket.Bucket
	c.BundlesARN = pulumi.Sprintf("%s/%s*", bucket.Arn, bundlePrefix)
	c.ready = []pulumi.Resource{private, encrypted, versioned}
	return nil
}
