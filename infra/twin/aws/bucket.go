package aws

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/johannesboyne/gofakes3"

	"crosscloud/infra/twin/cloud"
)

type bucketArgs struct {
	Bucket       string            `json:"bucket"`
	BucketPrefix string            `json:"bucketPrefix,omitempty"`
	ForceDestroy *bool             `json:"forceDestroy,omitempty"`
	Tags         map[string]string `json:"tags,omitempty"`
}

type bucket struct {
	bucketArgs
	ARN                      string `json:"arn"`
	BucketDomainName         string `json:"bucketDomainName"`
	BucketRegionalDomainName string `json:"bucketRegionalDomainName"`
	Region                   string `json:"region"`
}

// A bucket's contents are in the object store of package state, where the services find them.
func (a *account) bucketKind() cloud.Resource {
	return tagged(bucketTags, cloud.Kind[bucketArgs, bucket]{
		Token:          "aws:s3/bucketV2:BucketV2",
		Replace:        []string{"bucket", "bucketPrefix"},
		Autoname:       "bucket",
		AutonamePrefix: "bucketPrefix",
		Stable:         []string{"arn", "bucketDomainName", "bucketRegionalDomainName", "region"},
		Normalize: func(_ string, in bucketArgs) bucketArgs {
			in.ForceDestroy = orDefault(in.ForceDestroy, false)
			return in
		},
		Check: func(in bucketArgs) []cloud.Failure {
			var f failures
			f.length("bucket", in.Bucket, 63)
			f.length("bucketPrefix", in.BucketPrefix, 37)
			return f
		},
		Create: func(_ context.Context, _ string, in bucketArgs) (string, bucket, error) {
			out := bucket{
				bucketArgs: in, ARN: a.arn("s3", in.Bucket), BucketDomainName: in.Bucket + ".s3.amazonaws.com",
				BucketRegionalDomainName: in.Bucket + ".s3." + a.env.Region + ".amazonaws.com", Region: a.env.Region,
			}
			return in.Bucket, out, a.locked(func() error { return a.createBucket(out) })
		},
		Read: read[bucket](a),
		Update: func(_ context.Context, id string, old bucket, in bucketArgs) (bucket, error) {
			old.bucketArgs = in
			return old, rewrite(a, id, old)
		},
		Delete: func(_ context.Context, id string, old bucket) error {
			return a.locked(func() error { return a.deleteBucket(id, or(old.ForceDestroy, false)) })
		},
	}, func(in bucketArgs) map[string]string { return in.Tags })
}

// taken are names that no account gets any more. S3 has hundreds of millions of them; these have public datasets in them:
// https://registry.opendata.aws/.
var taken = []string{"commoncrawl", "noaa-ghcn-pds", "sentinel-s2-l1c"}

func (a *account) createBucket(v bucket) error {
	objects, err := a.objects()
	if err != nil {
		return err
	}
	if !oldBucketForm.MatchString(v.Bucket) {
		return fmt.Errorf("validating S3 Bucket (%s) name: only alphanumeric characters, hyphens, periods, and underscores allowed in %q", v.Bucket, v.Bucket)
	}
	// S3 in us-east-1 would take one's own bucket for a new one; the AWS provider looks first whether it is there.
	if _, err := get[bucket](a, v.Bucket); err == nil {
		return fmt.Errorf("creating S3 Bucket (%s): BucketAlreadyExists", v.Bucket)
	}
	if !bucketName(v.Bucket) {
		return refuse("InvalidBucketName", "The specified bucket is not valid.")
	}
	if slices.Contains(taken, v.Bucket) {
		return refuse("BucketAlreadyExists", "The requested bucket name is not available. The bucket namespace is shared by all users of the system. "+
			"Please select a different name and try again.")
	}
	// One that is there without a record was left by a creation that was ended half-way.
	if err := objects.CreateBucket(v.Bucket); err != nil && !gofakes3.HasErrorCode(err, gofakes3.ErrBucketAlreadyExists) {
		return err
	}
	return put(a, v.Bucket, v)
}

func (a *account) deleteBucket(name string, force bool) error {
	objects, err := a.objects()
	if err != nil {
		return err
	}
	if force {
		err = objects.ForceDeleteBucket(name)
	} else {
		err = objects.DeleteBucket(name)
	}
	switch {
	case gofakes3.HasErrorCode(err, gofakes3.ErrBucketNotEmpty):
		return refuse("BucketNotEmpty", "The bucket you tried to delete is not empty: %s", name)
	case err != nil && !gofakes3.HasErrorCode(err, gofakes3.ErrNoSuchBucket):
		return err
	}
	// Objects that a stack left behind go with their bucket.
	inside, err := where(a, func(v object) bool { return v.Bucket == name })
	for id := range inside {
		err = errors.Join(err, drop[object](a, id))
	}
	return errors.Join(err, drop[bucket](a, name))
}

func (a *account) needBucket(name string) (bucket, error) {
	return need[bucket](a, name, "NoSuchBucket", "The specified bucket does not exist: %s")
}

var (
	bucketForm = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
	// oldBucketForm is what us-east-1, the region that the twin plays, once took. The AWS provider still looks for no more there
	// and leaves the rest to S3, which does not say what is wrong with a name.
	oldBucketForm = regexp.MustCompile(`^[0-9A-Za-z_.-]+$`)
)

// bucketName follows "General purpose bucket naming rules", Amazon S3 User Guide.
func bucketName(name string) bool {
	_, err := netip.ParseAddr(name)
	return bucketForm.MatchString(name) && !strings.Contains(name, "..") && err != nil &&
		!slices.ContainsFunc([]string{"xn--", "sthree-", "amzn-s3-demo-"}, func(p string) bool { return strings.HasPrefix(name, p) }) &&
		!slices.ContainsFunc([]string{"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"}, func(s string) bool { return strings.HasSuffix(name, s) })
}
