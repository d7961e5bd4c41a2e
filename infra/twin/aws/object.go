package aws

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/johannesboyne/gofakes3"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/asset"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/services/s3"
	"crosscloud/infra/twin/state"
)

type objectArgs struct {
	Bucket        string            `json:"bucket"`
	Key           string            `json:"key"`
	Source        *asset.Asset      `json:"source,omitempty"`
	Content       string            `json:"content,omitempty"`
	ContentBase64 string            `json:"contentBase64,omitempty"`
	ContentType   string            `json:"contentType,omitempty"`
	Metadata      map[string]string `json:"metadata,omitempty"`
	Tags          map[string]string `json:"tags,omitempty"`
	ETag          string            `json:"etag,omitempty"`
}

type object struct {
	objectArgs
	ARN string `json:"arn"`
}

// An object's id is BUCKET/KEY. The AWS provider does not read an object's contents again: that they are others shows to
// those who give the checksum.
func (a *account) objectKind() cloud.Resource {
	return tagged(objectTags, cloud.Kind[objectArgs, object]{
		Token:    "aws:s3/bucketObjectv2:BucketObjectv2",
		Required: []string{"bucket"},
		Replace:  []string{"bucket", "key"},
		Keep:     []string{"contentType", "etag"},
		Autoname: "key",
		Stable:   []string{"arn"},
		Normalize: func(_ string, in objectArgs) objectArgs {
			if in.ContentType == "" {
				in.ContentType = "application/octet-stream"
			}
			return in
		},
		Check: checkObject,
		Create: func(_ context.Context, _ string, in objectArgs) (string, object, error) {
			out, err := a.putObject(in)
			return in.Bucket + "/" + in.Key, out, err
		},
		Read: a.readObject,
		Update: func(_ context.Context, id string, _ object, in objectArgs) (object, error) {
			if _, err := get[object](a, id); err != nil {
				return object{}, err
			}
			return a.putObject(in)
		},
		Delete: func(_ context.Context, id string, _ object) error {
			objects, err := a.objects()
			if err != nil {
				return err
			}
			name, key, _ := strings.Cut(id, "/")
			if _, err := objects.DeleteObject(name, key); err != nil && !gone(err) {
				return err
			}
			return remove[object](a, id)
		},
	}, func(in objectArgs) map[string]string { return in.Tags })
}

func checkObject(in objectArgs) []cloud.Failure {
	var f failures
	f.addIf(in.Key != "" && !s3.FileName(in.Key), "key", "the twin's S3 keeps objects as files: a key has no empty, . or .. part between slashes, got %q", in.Key)
	sources := 0
	for _, given := range []bool{in.Source != nil, in.Content != "", in.ContentBase64 != ""} {
		if given {
			sources++
		}
	}
	f.addIf(sources > 1, "source", "only one of source, content and contentBase64 can be specified")
	return f
}

func (a *account) putObject(in objectArgs) (object, error) {
	content, err := in.bytes()
	if err != nil {
		return object{}, fmt.Errorf("object %s: %w", in.Key, err)
	}
	if _, err := a.needBucket(in.Bucket); err != nil {
		return object{}, err
	}
	if len(in.Key) > 1024 {
		return object{}, refuse("KeyTooLongError", "Your key is too long")
	}
	objects, err := a.objects()
	if err != nil {
		return object{}, err
	}
	meta := map[string]string{"Content-Type": in.ContentType}
	for key, value := range in.Metadata {
		meta["X-Amz-Meta-"+key] = value
	}
	if _, err := objects.PutObject(in.Bucket, in.Key, meta, bytes.NewReader(content), int64(len(content)), nil); err != nil {
		return object{}, fmt.Errorf("object %s: %w", in.Key, err)
	}
	sum := md5.Sum(content)
	in.ETag = hex.EncodeToString(sum[:])
	out := object{objectArgs: in, ARN: a.arn("s3", in.Bucket+"/"+in.Key)}
	return out, put(a, in.Bucket+"/"+in.Key, out)
}

func (in objectArgs) bytes() ([]byte, error) {
	switch {
	case in.Source != nil:
		return in.Source.Bytes()
	case in.ContentBase64 != "":
		return base64.StdEncoding.DecodeString(in.ContentBase64)
	default:
		return []byte(in.Content), nil
	}
}

// readObject sees when an object is gone, and reads its checksum.
func (a *account) readObject(_ context.Context, id string) (object, error) {
	out, err := get[object](a, id)
	if err != nil {
		return out, err
	}
	objects, err := a.objects()
	if err != nil {
		return out, err
	}
	found, err := objects.HeadObject(out.Bucket, out.Key)
	if gone(err) {
		return out, state.ErrNotFound
	}
	if err != nil {
		return out, err
	}
	out.ETag = hex.EncodeToString(found.Hash)
	return out, found.Contents.Close()
}

func gone(err error) bool {
	return gofakes3.HasErrorCode(err, gofakes3.ErrNoSuchKey) || gofakes3.HasErrorCode(err, gofakes3.ErrNoSuchBucket)
}
