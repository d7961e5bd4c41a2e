// Package release brings a version of the app to the web host and tells whether it arrived: image, desired state, gate.
package release

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ssm"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"crosscloud/infra/tags"
)

// ChannelArgs is what a channel needs to know.
type ChannelArgs struct {
	Name        string             // begins the name of whatever has one: "crosscloud-prod"; lower case
	Prefix      string             // of the SSM parameters: "/crosscloud/prod"
	Tags        map[string]string  // optional; on every resource that takes tags
	DatabaseURL pulumi.StringInput // secret; the app's connection string
	ProtectData bool               // keeps images and bundles when the stack goes
}

// Channel is what lies between an operator and the web host: the registry, the bucket of bundles and the SSM parameters.
// It exists before the host, whose permissions name exactly these.
type Channel struct {
	pulumi.ResourceState

	DesiredParameter, StatusParameter string // names
	DatabaseURLParameter              pulumi.StringOutput
	DatabaseURLVersion                pulumi.IntOutput

	// What the host's role needs, by ARN.
	DesiredARN, StatusARN, DatabaseURLARN pulumi.StringOutput
	BundlesARN                            pulumi.StringOutput // of the objects
	RepositoryARN                         pulumi.StringOutput

	RepositoryURL pulumi.StringOutput

	registryID pulumi.StringOutput
	bucket     pulumi.StringOutput
	ready      []pulumi.Resource // the bucket is as closed as it should be once these exist
}

// NewChannel declares the registry, the bucket and the parameters that do not change with a release.
func NewChannel(ctx *pulumi.Context, name string, args ChannelArgs, opts ...pulumi.ResourceOption) (*Channel, error) {
	c := &Channel{
		DesiredParameter: args.Prefix + "/desired",
		StatusParameter:  args.Prefix + "/status",
	}
	if err := ctx.RegisterComponentResource("crosscloud:release:Channel", name, c, opts...); err != nil {
		return nil, fmt.Errorf("release channel %s: %w", name, err)
	}
	for _, declare := range []func(*pulumi.Context, string, ChannelArgs) error{c.registry, c.bundles, c.parameters} {
		if err := declare(ctx, name, args); err != nil {
			return nil, fmt.Errorf("release channel %s: %w", name, err)
		}
	}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{
		"repositoryUrl": c.RepositoryURL, "bucket": c.bucket,
		"desiredParameter": pulumi.String(c.DesiredParameter), "statusParameter": pulumi.String(c.StatusParameter),
	})
}

func (c *Channel) parameters(ctx *pulumi.Context, name string, args ChannelArgs) error {
	databaseURL, err := ssm.NewParameter(ctx, name+"-database-url", &ssm.ParameterArgs{
		Name:        pulumi.String(args.Prefix + "/database-url"),
		Description: pulumi.String("The app's connection string; the web host reads it when its version changes"),
		Type:        pulumi.String("SecureString"),
		Value:       pulumi.ToSecret(args.DatabaseURL.ToStringOutput()).(pulumi.StringOutput),
		Tags:        tags.Named(args.Tags, args.Name+"-database-url"),
	}, pulumi.Parent(c))
	if err != nil {
		return fmt.Errorf("parameter database-url: %w", err)
	}
	status, err := ssm.NewParameter(ctx, name+"-status", &ssm.ParameterArgs{
		Name:          pulumi.String(c.StatusParameter),
		Description:   pulumi.String("What the web host runs, by its own account"),
		Type:          pulumi.String("String"),
		InsecureValue: pulumi.String("{}"),
		Tags:          tags.Named(args.Tags, args.Name+"-status"),
		// The host writes it from now on.
	}, pulumi.Parent(c), pulumi.IgnoreChanges([]string{"value", "insecureValue"}))
	if err != nil {
		return fmt.Errorf("parameter status: %w", err)
	}
	c.DatabaseURLParameter, c.DatabaseURLVersion, c.DatabaseURLARN = databaseURL.Name, databaseURL.Version, databaseURL.Arn
	c.StatusARN = status.Arn
	// The parameter itself is written last, long after the policy that lets the host read it.
	c.DesiredARN = status.Arn.ApplyT(func(arn string) string {
		return strings.TrimSuffix(arn, c.StatusParameter) + c.DesiredParameter
	}).(pulumi.StringOutput)
	return nil
}
