// The program that engine_test.go runs: one thing, sized by the stack's configuration.
package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

type thing struct {
	pulumi.CustomResourceState
	Address  pulumi.StringOutput `pulumi:"address"`
	Revision pulumi.IntOutput    `pulumi:"revision"`
}

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		settings := config.New(ctx, "")
		var web thing
		err := ctx.RegisterResource("test:index/thing:Thing", "web", pulumi.Map{
			"size":     pulumi.Int(settings.RequireInt("size")),
			"zone":     pulumi.String(settings.Get("zone")),
			"password": pulumi.ToSecret(pulumi.String("hunter2")),
		}, &web, pulumi.Version("1.2.3"))
		if err != nil {
			return err
		}
		ctx.Export("address", web.Address)
		ctx.Export("revision", web.Revision)
		return nil
	})
}
