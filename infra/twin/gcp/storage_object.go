package gcp

import (
	"context"
	"errors"
	"net/http"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/services/gcs"
	"crosscloud/infra/twin/state"
)

// BucketObjectArgs are the arguments of gcp:storage/bucketObject:BucketObject. The twin's objects come from content.
type BucketObjectArgs struct {
	Bucket      string `json:"bucket"`
	Content     string `json:"content"`
	ContentType string `json:"contentType,omitempty"`
	// DetectMd5hash is the checksum of contents that somebody else has written. It differs then from the program's, which
	// gives none, and so a refresh leads to an update.
	DetectMd5hash string `json:"detectMd5hash,omitempty"`
	Name          string `json:"name"`
}

// BucketObject is one object.
type BucketObject struct {
	BucketObjectArgs
	Crc32c       string `json:"crc32c"`
	Generation   int    `json:"generation"`
	KmsKeyName   string `json:"kmsKeyName"`
	Md5hash      string `json:"md5hash"`
	MediaLink    string `json:"mediaLink"`
	OutputName   string `json:"outputName"`
	SelfLink     string `json:"selfLink"`
	StorageClass string `json:"storageClass"`
}

// An object's id is BUCKET-NAME, from which neither can be told. Other content is uploaded in place; all that describes
// an object replaces it: https://github.com/GoogleCloudPlatform/magic-modules/pull/10038.
func (g *gcp) bucketObject() cloud.Resource {
	return cloud.Kind[BucketObjectArgs, BucketObject]{
		Token:    "gcp:storage/bucketObject:BucketObject",
		Required: []string{"bucket", "content"},
		Replace:  []string{"bucket", "contentType", "name"},
		Keep:     []string{"contentType"},
		Autoname: "name",
		Secret:   []string{"content"},
		Stable:   []string{"kmsKeyName", "outputName", "selfLink", "storageClass"},
		Create: func(_ context.Context, _ string, in BucketObjectArgs) (string, BucketObject, error) {
			out, err := g.putObject(in)
			return in.id(), out, err
		},
		Read: g.readObject,
		Update: func(_ context.Context, _ string, _ BucketObject, in BucketObjectArgs) (BucketObject, error) {
			return g.putObject(in)
		},
		Delete: func(_ context.Context, id string, old BucketObject) error {
			if err := g.objects.Delete(old.Bucket, old.Name); err != nil && !errors.Is(err, state.ErrNotFound) {
				return doing("deleting contents of object "+old.Name, err)
			}
			return state.Delete[BucketObject](g.env.Store, old.record())
		},
	}
}

func (a BucketObjectArgs) id() string { return a.Bucket + "-" + a.Name }

// objectRecord is where the arguments of the object with an id are kept. A name may be longer than a file's.
func objectRecord(id string) string { return state.StorageObjectID("", id) }

func (a BucketObjectArgs) record() string { return objectRecord(a.id()) }

func (a BucketObjectArgs) outputs(o state.StorageObject) BucketObject {
	return BucketObject{
		BucketObjectArgs: a, Crc32c: gcs.Base64CRC32C(o), Generation: int(o.Generation), Md5hash: gcs.Base64MD5(o),
		MediaLink: gcs.MediaLink(o), OutputName: o.Name, SelfLink: gcs.SelfLink(o), StorageClass: o.StorageClass,
	}
}

// putObject overwrites what is there, whoever made it, as the provider does.
func (g *gcp) putObject(in BucketObjectArgs) (BucketObject, error) {
	if in.Content == "" {
		return BucketObject{}, errors.New(`Error, either "content" or "source" must be specified`)
	}
	if err := gcs.CheckName(in.Name); err != nil {
		return BucketObject{}, doing("uploading object "+in.Name, fromService(err))
	}
	if in.ContentType == "" {
		in.ContentType = http.DetectContentType([]byte(in.Content)) // as Google's client does
	}
	o, err := g.objects.Put(
		state.StorageObject{Bucket: in.Bucket, Name: in.Name, ContentType: in.ContentType},
		[]byte(in.Content), func(*state.StorageObject) error { return nil },
	)
	if errors.Is(err, state.ErrNotFound) {
		err = fromService(gcs.ErrNoBucket)
	}
	if err != nil {
		return BucketObject{}, doing("uploading object "+in.Name, err)
	}
	out := in.outputs(o)
	return out, state.Put(g.env.Store, in.record(), out)
}

// fromService words what the service refuses as the provider does.
func fromService(err error) error {
	var refused *gcs.Error
	if errors.As(err, &refused) {
		return &apiError{refused.HTTP, refused.Message, refused.Reason}
	}
	return err
}

// readObject sees when an object is gone, or has become another one, of which it learns no more than the checksum.
func (g *gcp) readObject(_ context.Context, id string) (BucketObject, error) {
	known, err := state.Get[BucketObject](g.env.Store, objectRecord(id))
	if err != nil {
		return BucketObject{}, err
	}
	o, err := g.objects.Get(known.Bucket, known.Name)
	if err != nil {
		return BucketObject{}, err
	}
	out := known.outputs(o)
	if out.Md5hash != known.Md5hash {
		out.DetectMd5hash = out.Md5hash
	}
	out.ContentType = o.ContentType
	return out, nil
}
