// The program of a project that takes over an address and a disk.
package main

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/compute"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		_, err := ec2.NewEip(ctx, "address", &ec2.EipArgs{
			Domain: pulumi.String("vpc"),
			Tags:   pulumi.StringMap{"made": pulumi.String("by hand")},
		}, pulumi.Protect(true))
		if err != nil {
			return err
		}
		_, err = compute.NewDisk(ctx, "disk", &compute.DiskArgs{
			Name:   pulumi.String("made-by-hand"),
			Zone:   pulumi.String("us-east4-a"),
			Size:   pulumi.Int(10),
			Type:   pulumi.String("pd-balanced"),
			Labels: pulumi.StringMap{"made": pulumi.String("by-hand")},
		}, pulumi.Protect(true))
		return err
	})
}
