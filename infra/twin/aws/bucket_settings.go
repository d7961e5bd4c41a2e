package aws

import (
	"context"
	"errors"
	"fmt"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/state"
)

// setting is the kind of a bucket's settings: one of each type for a bucket, whose name is its id. The twin only remembers
// them. Refused, if it is given, says what S3 doesn't take, or not after what there is, which is zero if there is nothing.
func setting[In, Out any](a *account, kind cloud.Kind[In, Out], bucketOf func(In) string, show func(In) Out, refused func(before Out, in In) error) cloud.Resource {
	store := func(in In) (Out, error) {
		out := show(in)
		if _, err := a.needBucket(bucketOf(in)); err != nil {
			return out, err
		}
		if refused != nil {
			before, err := get[Out](a, bucketOf(in))
			if err != nil && !errors.Is(err, state.ErrNotFound) {
				return out, err
			}
			if err := refused(before, in); err != nil {
				return out, err
			}
		}
		return out, put(a, bucketOf(in), out)
	}
	kind.Required = append(kind.Required, "bucket")
	kind.Replace = []string{"bucket"}
	kind.Create = func(_ context.Context, _ string, in In) (string, Out, error) {
		out, err := store(in)
		return bucketOf(in), out, err
	}
	kind.Read = func(_ context.Context, id string) (Out, error) {
		out, err := get[Out](a, id)
		if err != nil {
			return out, err
		}
		if _, err := get[bucket](a, id); err != nil {
			return out, err // the bucket took its settings with it
		}
		return out, nil
	}
	kind.Update = func(_ context.Context, _ string, _ Out, in In) (Out, error) { return store(in) }
	kind.Delete = func(_ context.Context, id string, _ Out) error { return remove[Out](a, id) }
	return kind
}

type publicAccessBlockArgs struct {
	Bucket                string `json:"bucket"`
	BlockPublicACLs       *bool  `json:"blockPublicAcls,omitempty"`
	BlockPublicPolicy     *bool  `json:"blockPublicPolicy,omitempty"`
	IgnorePublicACLs      *bool  `json:"ignorePublicAcls,omitempty"`
	RestrictPublicBuckets *bool  `json:"restrictPublicBuckets,omitempty"`
}

type publicAccessBlock struct{ publicAccessBlockArgs }

// Nothing in the twin is public, so a block changes nothing.
func (a *account) publicAccessBlockKind() cloud.Resource {
	return setting(a, cloud.Kind[publicAccessBlockArgs, publicAccessBlock]{
		Token: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
		Normalize: func(_ string, in publicAccessBlockArgs) publicAccessBlockArgs {
			in.BlockPublicACLs = orDefault(in.BlockPublicACLs, false)
			in.BlockPublicPolicy = orDefault(in.BlockPublicPolicy, false)
			in.IgnorePublicACLs = orDefault(in.IgnorePublicACLs, false)
			in.RestrictPublicBuckets = orDefault(in.RestrictPublicBuckets, false)
			return in
		},
	}, func(in publicAccessBlockArgs) string { return in.Bucket },
		func(in publicAccessBlockArgs) publicAccessBlock { return publicAccessBlock{in} }, nil)
}

type encryptionArgs struct {
	Bucket string           `json:"bucket"`
	Rules  []encryptionRule `json:"rules"`
}

type encryptionRule struct {
	ByDefault        *encryptionDefault `json:"applyServerSideEncryptionByDefault,omitempty"`
	BucketKeyEnabled *bool              `json:"bucketKeyEnabled,omitempty"`
}

type encryptionDefault struct {
	Algorithm string `json:"sseAlgorithm"`
}

type encryption struct{ encryptionArgs }

func (a *account) encryptionKind() cloud.Resource {
	return setting(a, cloud.Kind[encryptionArgs, encryption]{
		Token:    "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
		Required: []string{"rules"},
		Check: func(in encryptionArgs) []cloud.Failure {
			var f failures
			f.addIf(len(in.Rules) != 1, "rules", "a bucket has one encryption rule, got %d", len(in.Rules))
			for _, r := range in.Rules {
				if r.ByDefault != nil {
					f.oneOf("rules[0].applyServerSideEncryptionByDefault.sseAlgorithm", r.ByDefault.Algorithm, "AES256")
				}
			}
			return f
		},
	}, func(in encryptionArgs) string { return in.Bucket }, func(in encryptionArgs) encryption { return encryption{in} }, nil)
}

type versioningArgs struct {
	Bucket        string        `json:"bucket"`
	Configuration versionStatus `json:"versioningConfiguration"`
}

type versionStatus struct {
	Status string `json:"status"`
}

type versioning struct{ versioningArgs }

// unversioned is the status of a bucket that never had versions. There is no way back to it.
const unversioned = "Disabled"

// The twin keeps the last version of an object only, whatever the setting is.
func (a *account) versioningKind() cloud.Resource {
	return setting(a, cloud.Kind[versioningArgs, versioning]{
		Token:    "aws:s3/bucketVersioningV2:BucketVersioningV2",
		Required: []string{"versioningConfiguration"},
		Check: func(in versioningArgs) []cloud.Failure {
			var f failures
			f.oneOf("versioningConfiguration.status", in.Configuration.Status, "Enabled", "Suspended", unversioned)
			return f
		},
	}, func(in versioningArgs) string { return in.Bucket }, func(in versioningArgs) versioning { return versioning{in} },
		func(before versioning, in versioningArgs) error {
			if was := before.Configuration.Status; was != "" && was != unversioned && in.Configuration.Status == unversioned {
				return fmt.Errorf("versioning_configuration.status cannot be updated from '%s' to '%s'", was, unversioned)
			}
			return nil
		})
}

type lifecycleArgs struct {
	Bucket string          `json:"bucket"`
	Rules  []lifecycleRule `json:"rules"`
}

type lifecycleRule struct {
	ID                    string                 `json:"id"`
	Status                string                 `json:"status"`
	Filter                *lifecycleFilter       `json:"filter,omitempty"`
	Expiration            *lifecycleExpiration   `json:"expiration,omitempty"`
	NoncurrentExpiration  *noncurrentExpiration  `json:"noncurrentVersionExpiration,omitempty"`
	AbortMultipartUploads *abortMultipartUploads `json:"abortIncompleteMultipartUpload,omitempty"`
}

type lifecycleFilter struct {
	Prefix string `json:"prefix,omitempty"`
}

type lifecycleExpiration struct {
	Days *int `json:"days,omitempty"`
}

type noncurrentExpiration struct {
	Days  int  `json:"noncurrentDays"`
	Newer *int `json:"newerNoncurrentVersions,omitempty"`
}

type abortMultipartUploads struct {
	Days int `json:"daysAfterInitiation"`
}

type lifecycle struct{ lifecycleArgs }

// The twin keeps a lifecycle but expires nothing: S3 does it within days.
func (a *account) lifecycleKind() cloud.Resource {
	return setting(a, cloud.Kind[lifecycleArgs, lifecycle]{
		Token:    "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2",
		Required: []string{"rules"},
		Check:    checkLifecycle,
	}, func(in lifecycleArgs) string { return in.Bucket }, func(in lifecycleArgs) lifecycle { return lifecycle{in} }, takesLifecycle)
}

func checkLifecycle(in lifecycleArgs) []cloud.Failure {
	var f failures
	for i, r := range in.Rules {
		at := fmt.Sprintf("rules[%d]", i)
		f.oneOf(at+".status", r.Status, "Enabled", "Disabled")
		f.length(at+".id", r.ID, 255)
		f.addIf(r.Expiration != nil && or(r.Expiration.Days, 1) < 0, at+".expiration.days", "must be a positive integer")
		f.addIf(r.NoncurrentExpiration != nil && r.NoncurrentExpiration.Days < 0, at+".noncurrentVersionExpiration.noncurrentDays", "must be a positive integer")
	}
	return f
}

// takesLifecycle says whether S3 would take the rules, which it looks at as a whole.
func takesLifecycle(_ lifecycle, in lifecycleArgs) error {
	seen := map[string]bool{}
	for _, r := range in.Rules {
		if seen[r.ID] {
			return refuse("InvalidArgument", "Rule ID must be unique. Found same ID for more than one rule")
		}
		seen[r.ID] = true
		if r.Expiration == nil && r.NoncurrentExpiration == nil && r.AbortMultipartUploads == nil {
			return refuse("InvalidRequest", "At least one action needs to be specified in a rule")
		}
	}
	return nil
}
