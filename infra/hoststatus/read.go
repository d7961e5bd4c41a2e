package hoststatus

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ssm"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/storage"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/internals"
)

// ReadParameter and ReadObject read a document through the providers of a Pulumi program, so with exactly the settings
// and credentials of `pulumi up`. No read outlives until: the providers try again for minutes by themselves.

// ReadParameter reads the SSM parameter of the given name.
func ReadParameter(until context.Context, ctx *pulumi.Context, name string, options ...pulumi.InvokeOption) (string, error) {
	// The provider marks every parameter's value secret, which a plain call refuses to return; this one is a status.
	found := ssm.LookupParameterOutput(ctx, ssm.LookupParameterOutputArgs{Name: pulumi.String(name)}, options...)
	answer, err := await(until, found.Value())
	if err != nil {
		return "", err
	}
	text, isText := answer.(string)
	if !isText {
		return "", fmt.Errorf("parameter %s has no value", name)
	}
	return text, nil
}

// ReadObject reads an object of Cloud Storage.
func ReadObject(until context.Context, ctx *pulumi.Context, bucket, object string, options ...pulumi.InvokeOption) (string, error) {
	found := storage.GetBucketObjectContentOutput(ctx, storage.GetBucketObjectContentOutputArgs{
		Bucket: pulumi.String(bucket), Name: pulumi.String(object),
	}, options...)
	answer, err := await(until, found.Content())
	if err != nil {
		return "", err
	}
	text, _ := answer.(*string)
	if text == nil {
		return "", fmt.Errorf("gs://%s/%s has no content", bucket, object)
	}
	return *text, nil
}

// await ends with until, which the engine's own await does not heed while an answer is outstanding.
func await(until context.Context, output pulumi.Output) (any, error) {
	type result struct {
		value any
		err   error
	}
	awaited := make(chan result, 1)
	go func() {
		answer, err := internals.UnsafeAwaitOutput(until, output)
		awaited <- result{answer.Value, err}
	}()
	select {
	case answer := <-awaited:
		return answer.value, answer.err
	case <-until.Done():
		return nil, until.Err()
	}
}
