package aws

import (
	"context"
	"errors"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/johannesboyne/gofakes3"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/state"
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

// A bucket's contents are in the object store of package state; the state.Bucket tells the services about the bucket.
func (a *account) bucketKind() cloud.Resource {
	return cloud.Kind[bucketArgs, bucket]{
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
			if in.Bucket != "" {
				reason := bucketNameProblem(in.Bucket)
				f.addIf(reason != "", "bucket", "invalid bucket name %q: %s", in.Bucket, reason)
			}
			f.addIf(len(in.BucketPrefix) > 37, "bucketPrefix", "expected length of bucketPrefix to be in the range (0 - 37), got %d", len(in.BucketPrefix))
			f.tags("tags", in.Tags)
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
			if err := rewrite(a, id, old); err != nil {
				return old, err
			}
			return old, a.amendBucket(id, func(v *state.Bucket) { v.Tags = in.Tags })
		},
		Delete: func(_ context.Context, id string, old bucket) error {
			return a.locked(func() error { return a.deleteBucket(id, or(old.ForceDestroy, false)) })
		},
	}
}

// taken are names that no account gets any more. S3 has hundreds of millions of them; these have public datasets in them:
// https://registry.opendata.aws/.
var taken = []string{"commoncrawl", "noaa-ghcn-pds", "sentinel-s2-l1c"}

func (a *account) createBucket(v bucket) error {
	objects, err := a.objects()
	if err != nil {
		return err
	}
	if _, err := get[bucket](a, v.Bucket); err == nil {
		return refuse("BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded and you already own it.")
	}
	if slices.Contains(taken, v.Bucket) {
		return refuse("BucketAlreadyExists", "The requested bucket name is not available. The bucket namespace is shared by all users of the system. "+
			"Please select a different name and try again.")
	}
	if err := objects.CreateBucket(v.Bucket); err != nil {
		return err
	}
	if err := put(a, v.Bucket, state.Bucket{Name: v.Bucket, Region: a.env.Region, Tags: v.Tags, Created: a.now().UTC()}); err != nil {
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
	return errors.Join(err, drop[state.Bucket](a, name), drop[bucket](a, name))
}

func (a *account) needBucket(name string) (bucket, error) {
	return need[bucket](a, name, "NoSuchBucket", "The specified bucket does not exist: %s")
}

func (a *account) amendBucket(name string, change func(*state.Bucket)) error {
	return state.Update(a.env.Store, name, func(v state.Bucket, err error) (state.Bucket, error) {
		change(&v)
		return v, err
	})
}

var bucketForm = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

// bucketNameProblem follows "General purpose bucket naming rules", Amazon S3 User Guide.
func bucketNameProblem(name string) string {
	if !bucketForm.MatchString(name) {
		return "it must have 3 to 63 lowercase letters, digits, dots and hyphens, and begin and end with a letter or digit"
	}
	if strings.Contains(name, "..") {
		return "it must not have two dots in a row"
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return "it must not be formatted as an IP address"
	}
	for _, prefix := range []string{"xn--", "sthree-", "amzn-s3-demo-"} {
		if strings.HasPrefix(name, prefix) {
			return "it must not start with " + prefix
		}
	}
	for _, suffix := range []string{"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"} {
		if strings.HasSuffix(name, suffix) {
			return "it must not end with " + suffix
		}
	}
	return ""
}
