// Package stack reads a stack's configuration and lays out its parts, in the
// order in which data flows: addresses → database → web host → release → outputs.
package stack

import (
	"cmp"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"crosscloud/infra/database"
	"crosscloud/infra/release"
	"crosscloud/infra/webhost"
)

// projectRoot leads from the program's directory, in which the engine starts
// it, to the Dockerfile and what it copies.
const projectRoot = ".."

// Deploy is the program.
func Deploy(ctx *pulumi.Context) error {
	config, err := ReadConfig(ctx)
	if err != nil {
		return err
	}
	name := ctx.Project() + "-" + ctx.Stack()
	tags := map[string]string{"project": ctx.Project(), "stack": ctx.Stack()}
	sshFrom, sshKeys := config.ssh()

	// Both addresses come first: each side's allow-list names the other's.
	webAddress, err := webhost.ReserveAddress(ctx, "web-address", webhost.AddressArgs{Name: name, Tags: tags, Adopt: config.AdoptWebAddress})
	if err != nil {
		return err
	}
	databaseAddress, err := database.ReserveAddress(ctx, "database-address", &database.AddressArgs{
		Region: config.GCPRegion, Adopt: config.AdoptDatabaseAddress,
	})
	if err != nil {
		return err
	}

	db, err := database.New(ctx, "database", &database.Args{
		Address:         databaseAddress,
		Region:          config.GCPRegion,
		Zone:            config.GCPZone,
		MachineType:     config.DatabaseMachineType,
		Image:           config.DatabaseImage,
		DiskGB:          config.DatabaseDiskGB,
		AdoptDisk:       config.AdoptDataDisk,
		ProtectData:     config.ProtectData,
		WebHost:         webAddress.IP,
		AdminCIDRs:      config.AdminCIDRs,
		SSHFrom:         sshFrom,
		AdminSSHKeys:    sshKeys,
		PasswordVersion: config.DatabasePasswordVersion,
		Operations:      config.DatabaseOperations,
	})
	if err != nil {
		return err
	}

	channel, err := release.NewChannel(ctx, "channel", release.ChannelArgs{
		Name:        name,
		Prefix:      fmt.Sprintf("/%s/%s", ctx.Project(), ctx.Stack()),
		Tags:        tags,
		DatabaseURL: db.DatabaseURL,
		ProtectData: config.ProtectData,
	})
	if err != nil {
		return err
	}
	host, err := webhost.New(ctx, "web-host", webhost.Args{
		Name:             name,
		Tags:             tags,
		Zone:             config.AWSZone,
		InstanceType:     config.WebInstanceType,
		AMI:              config.WebAMI,
		SSHFrom:          sshFrom,
		Address:          webAddress,
		DatabaseAddress:  db.Address,
		DesiredParameter: channel.DesiredParameter,
		StatusParameter:  channel.StatusParameter,
		Grants: webhost.Grants{
			DesiredParameter:     channel.DesiredARN,
			DatabaseURLParameter: channel.DatabaseURLARN,
			StatusParameter:      channel.StatusARN,
			Bundles:              channel.BundlesARN,
			Repository:           channel.RepositoryARN,
		},
	})
	if err != nil {
		return err
	}

	image, err := release.NewImage(ctx, "image", release.ImageArgs{Channel: channel, Context: projectRoot})
	if err != nil {
		return err
	}
	packed := webhost.Pack(webhost.DesiredArgs{
		Image:              image.Reference,
		Address:            webAddress.IP,
		DatabaseAddress:    db.Address,
		DatabaseCA:         db.CACertificate,
		DatabaseURL:        channel.DatabaseURLParameter,
		DatabaseURLVersion: channel.DatabaseURLVersion,
		AdminSSHKeys:       sshKeys,
		Operations:         config.WebOperations,
	})
	// Before the release, which can fail: the outputs of a failed update replace those of the last one, too.
	ctx.Export("url", webAddress.IP.ApplyT(func(address string) string {
		return "https://" + cmp.Or(config.Domain, address) + "/"
	}))
	ctx.Export("webAddress", webAddress.IP)
	ctx.Export("webAddressId", webAddress.AllocationID)
	ctx.Export("databaseAddress", db.Address)
	ctx.Export("databaseAddressId", databaseAddress.ID)
	ctx.Export("databaseUrl", db.DatabaseURL)
	ctx.Export("databaseCa", db.CACertificate)
	ctx.Export("databaseDisk", db.DiskID)
	ctx.Export("releaseDigest", image.Digest)

	served, err := release.New(ctx, "release", release.Args{
		Name:     name,
		Tags:     tags,
		Channel:  channel,
		Revision: packed.Revision,
		Bundle:   packed.Base64,
		Digest:   image.Digest,
		Address:  webAddress.IP,
		Database: release.Database{Revision: db.Revision, Bucket: db.StatusBucket, Object: db.StatusObject},
		After:    []pulumi.Resource{host, db},
	})
	if err != nil {
		return err
	}
	// The gate's result must be read by someone, or its error would be lost.
	ctx.Export("release", served.Result)
	return nil
}
