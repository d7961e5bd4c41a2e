package gcp

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/services/gcs"
	"crosscloud/infra/twin/state"
)

// BucketMemberArgs are the arguments of gcp:storage/bucketIAMMember:BucketIAMMember.
type BucketMemberArgs struct {
	Bucket string `json:"bucket"` // its name, with b/ before it or not
	Member string `json:"member"`
	Role   string `json:"role"`
}

// BucketMember grants a role on one bucket to one member.
type BucketMember struct {
	BucketMemberArgs
	Etag string `json:"etag"`
}

func (a BucketMemberArgs) binding() state.Binding {
	return state.Binding{Resource: "b/" + strings.TrimPrefix(a.Bucket, "b/"), Role: a.Role, Member: a.Member}
}

func (g *gcp) bucketMember() cloud.Resource {
	return cloud.Kind[BucketMemberArgs, BucketMember]{
		Token:    "gcp:storage/bucketIAMMember:BucketIAMMember",
		Required: []string{"bucket", "member", "role"},
		Replace:  []string{"bucket", "member", "role"},
		// The bucket's name and its name in IAM policies are the same.
		Normalize: func(_ string, in BucketMemberArgs) BucketMemberArgs {
			in.Bucket = strings.TrimPrefix(in.Bucket, "b/")
			return in
		},
		Check: func(in BucketMemberArgs) []cloud.Failure {
			var c checks
			c.binding(in.Role, in.Member)
			return c.failures
		},
		Create: func(_ context.Context, _ string, in BucketMemberArgs) (string, BucketMember, error) {
			b := in.binding()
			return memberID(b), BucketMember{in, fingerprint(b)}, doing(`applying IAM policy for storage bucket "`+b.Resource+`"`, g.grantBucket(in.Bucket, b))
		},
		Read: func(_ context.Context, id string) (BucketMember, error) {
			fields := strings.SplitN(id, "/", 3) // b/BUCKET/ROLE/MEMBER
			if len(fields) < 3 || fields[0] != "b" {
				return BucketMember{}, notFound(id)
			}
			b := bindingOf("b/"+fields[1], id)
			if _, err := state.Get[state.Binding](g.env.Store, state.BindingID(b)); err != nil {
				return BucketMember{}, err
			}
			return BucketMember{BucketMemberArgs{fields[1], b.Member, b.Role}, fingerprint(b)}, nil
		},
		Delete: func(_ context.Context, _ string, old BucketMember) error {
			return state.Delete[state.Binding](g.env.Store, state.BindingID(old.binding()))
		},
	}
}

func (g *gcp) grantBucket(name string, b state.Binding) error {
	bucket, err := state.Get[Bucket](g.env.Store, name)
	if errors.Is(err, state.ErrNotFound) {
		return fromService(gcs.ErrNoBucket)
	}
	if err != nil {
		return err
	}
	if bucket.PublicAccessPrevention == "enforced" && (b.Member == "allUsers" || b.Member == "allAuthenticatedUsers") {
		return &apiError{
			http.StatusPreconditionFailed,
			"The member bindings allUsers and allAuthenticatedUsers are not allowed since public access prevention is enforced.", "conditionNotMet",
		}
	}
	err = g.grant(b, bucketRoles)
	var refused *apiError
	if errors.As(err, &refused) {
		return &apiError{refused.code, refused.message, "invalid"} // the word of this API
	}
	return err
}
