package gcp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/services/gcs"
	"crosscloud/infra/twin/state"
)

// ObjectContentArgs are the arguments of gcp:storage/getBucketObjectContent:getBucketObjectContent.
type ObjectContentArgs struct {
	Bucket string `json:"bucket"`
	Name   string `json:"name"`
}

// ObjectContentResult is what an object holds. The provider fills in nothing else.
type ObjectContentResult struct {
	ObjectContentArgs
	Content string `json:"content"`
	ID      string `json:"id"`
}

func (g *gcp) getBucketObjectContent() cloud.Invoke {
	return cloud.Function[ObjectContentArgs, ObjectContentResult]{
		Token:    "gcp:storage/getBucketObjectContent:getBucketObjectContent",
		Required: []string{"bucket", "name"},
		Call: func(_ context.Context, in ObjectContentArgs) (ObjectContentResult, error) {
			content, err := g.content(in.Bucket, in.Name)
			if err != nil {
				return ObjectContentResult{}, fmt.Errorf("Error downloading storage bucket object: %w", err)
			}
			return ObjectContentResult{in, content, in.Bucket + "-" + in.Name}, nil
		},
	}
}

// content reads an object as text: what is no UTF-8 can't be a string of Pulumi's.
func (g *gcp) content(bucket, name string) (string, error) {
	_, file, err := g.objects.Open(bucket, name)
	if errors.Is(err, state.ErrNotFound) {
		refused := gcs.NoObject(bucket, name)
		if _, err := state.Get[state.StorageBucket](g.env.Store, bucket); err != nil {
			refused = gcs.ErrNoBucket
		}
		// A download's errors are plain text, of which the client makes this.
		return "", fmt.Errorf("googleapi: got HTTP response code %d with body: %s", refused.HTTP, refused.Message)
	}
	if err != nil {
		return "", err
	}
	defer file.Close()
	text, err := io.ReadAll(file)
	return strings.ToValidUTF8(string(text), "�"), err
}
