package gcp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/services/gcs"
	"crosscloud/infra/twin/state"
)

// A bucket's id is its name. The state.StorageBucket tells the services about it.
func (g *gcp) bucket() cloud.Resource {
	return cloud.Kind[BucketArgs, Bucket]{
		Token:    "gcp:storage/bucket:Bucket",
		Required: []string{"location"},
		Replace:  []string{"location", "name", "project"},
		Keep:     []string{"publicAccessPrevention", "softDeletePolicy", "uniformBucketLevelAccess"},
		Autoname: "name",
		Secret:   secretLabels,
		Stable:   []string{"projectNumber", "selfLink", "url"},
		Normalize: func(_ string, in BucketArgs) BucketArgs {
			in.Project = g.projectOr(in.Project)
			in.Location = strings.ToUpper(in.Location)
			if in.ForceDestroy == nil {
				in.ForceDestroy = new(bool)
			}
			if in.StorageClass == "" {
				in.StorageClass = "STANDARD"
			}
			return in
		},
		Check: checkBucket,
		Create: func(_ context.Context, _ string, in BucketArgs) (string, Bucket, error) {
			out := in.chosen().outputs()
			return in.Name, out, g.createBucket(out)
		},
		Read: func(_ context.Context, id string) (Bucket, error) { return state.Get[Bucket](g.env.Store, id) },
		Update: func(_ context.Context, id string, _ Bucket, in BucketArgs) (Bucket, error) {
			out := in.outputs()
			err := state.Update(g.env.Store, id, func(b state.StorageBucket, err error) (state.StorageBucket, error) {
				b.StorageClass, b.Labels = in.StorageClass, in.Labels
				return b, err
			})
			if errors.Is(err, state.ErrNotFound) {
				err = fromService(gcs.ErrNoBucket)
			}
			if err != nil {
				return out, err
			}
			return out, state.Put(g.env.Store, id, out)
		},
		Delete: func(_ context.Context, id string, old Bucket) error {
			return g.deleteBucket(id, old.ForceDestroy != nil && *old.ForceDestroy)
		},
	}
}

// foreignBuckets have names that nobody else gets any more. There are hundreds of millions of them; these hold public data:
// https://cloud.google.com/storage/docs/public-datasets.
var foreignBuckets = []string{"cloud-samples-data", "gcp-public-data-landsat", "gcp-public-data-sentinel-2", "genomics-public-data"}

func (g *gcp) createBucket(out Bucket) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := g.enabled(out.Project, storageAPI); err != nil {
		return err
	}
	if strings.Contains(out.Name, ".") {
		return &apiError{http.StatusForbidden, "The bucket you tried to create is a domain name owned by another user.", "forbidden"}
	}
	taken, err := state.Get[state.StorageBucket](g.env.Store, out.Name)
	switch {
	case err == nil && taken.Project == out.Project:
		return &apiError{http.StatusConflict, "Your previous request to create the named bucket succeeded and you already own it.", "conflict"}
	case err == nil || slices.Contains(foreignBuckets, out.Name):
		return &apiError{http.StatusConflict, "The requested bucket name is not available. The bucket namespace is shared by all users of the system. " +
			"Please select a different name and try again.", "conflict"}
	case !errors.Is(err, state.ErrNotFound):
		return err
	}
	err = state.Put(g.env.Store, out.Name, state.StorageBucket{
		Name: out.Name, Project: out.Project, Location: out.Location, StorageClass: out.StorageClass, Labels: out.Labels, Created: time.Now().UTC(),
	})
	if err != nil {
		return err
	}
	return state.Put(g.env.Store, out.Name, out)
}

// deleteBucket ends the bucket before its objects, so that no host can add one meanwhile.
func (g *gcp) deleteBucket(name string, force bool) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	objects, err := g.objects.List(name)
	if err != nil {
		return err
	}
	if len(objects) > 0 && !force {
		return fmt.Errorf("Error trying to delete bucket %s containing objects without `force_destroy` set to true", name)
	}
	if err := state.Delete[state.StorageBucket](g.env.Store, name); err != nil && !errors.Is(err, state.ErrNotFound) {
		return err
	}
	if objects, err = g.objects.List(name); err != nil {
		return err
	}
	for _, o := range objects {
		if err := g.objects.Delete(name, o.Name); err != nil && !errors.Is(err, state.ErrNotFound) {
			return err
		}
	}
	if err := g.revoke(func(b state.Binding) bool { return b.Resource == "b/"+name }); err != nil {
		return err
	}
	return state.Delete[Bucket](g.env.Store, name)
}
