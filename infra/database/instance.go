package database

import (
	"fmt"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/compute"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const (
	imageFamily, imageProject = "debian-13", "debian-cloud"

	// dataDevice is the data disk's name on the VM, /dev/disk/by-id/google-pgdata.
	dataDevice = "pgdata"

	bootDiskGB = 10 // Debian's image, packages and logs; the database is on its own disk
)

func newInstance(ctx *pulumi.Context, db *Database, n *network, id *identity, st *status, disk *compute.Disk, d *desired) error {
	options := db.options(
		// What the host may do, and the document that it writes over, are there before it asks.
		pulumi.DependsOn([]pulumi.Resource{id.grant, st.grant, st.object}),
		// Name, address and data disk are exclusive: the new VM cannot be made while the old one has them.
		pulumi.DeleteBeforeReplace(true),
	)
	// What somebody, or a backup product, labels the boot disk with would replace the VM after a refresh.
	kept := []string{"bootDisk.initializeParams.labels"}
	image := pulumi.String(db.args.Image).ToStringOutput()
	if db.args.Image == "" {
		image = newestImage(ctx, db)
		// The publisher's next image is no reason to rebuild the host.
		kept = append(kept, "bootDisk.initializeParams.image")
	}
	metadata, err := metadata(d)
	if err != nil {
		return err
	}
	_, err = compute.NewInstance(ctx, db.name+"-vm", &compute.InstanceArgs{
		Name:        pulumi.String(physicalName(ctx.Project(), ctx.Stack(), "db")),
		Description: pulumi.String("Database host"),
		Zone:        zoneOf(db, disk),
		MachineType: pulumi.String(db.args.MachineType),
		BootDisk: compute.InstanceBootDiskArgs{
			InitializeParams: compute.InstanceBootDiskInitializeParamsArgs{
				Image:  image,
				Size:   pulumi.Int(bootDiskGB),
				Type:   pulumi.String(diskType),
				Labels: labels(ctx),
			},
		},
		AttachedDisks: compute.InstanceAttachedDiskArray{compute.InstanceAttachedDiskArgs{
			Source:     disk.ID(),
			DeviceName: pulumi.String(dataDevice),
			Mode:       pulumi.String("READ_WRITE"),
		}},
		NetworkInterfaces: compute.InstanceNetworkInterfaceArray{compute.InstanceNetworkInterfaceArgs{
			Network:    n.vpc.ID(),
			Subnetwork: n.subnet.ID(),
			AccessConfigs: compute.InstanceNetworkInterfaceAccessConfigArray{
				compute.InstanceNetworkInterfaceAccessConfigArgs{
					NatIp:       db.args.Address.IPv4,
					NetworkTier: pulumi.String(networkTier),
				},
			},
		}},
		Metadata: metadata,
		ServiceAccount: compute.InstanceServiceAccountArgs{
			Email: id.email,
			// The scope admits every API; what the account may do there is decided by its IAM roles.
			Scopes: pulumi.StringArray{pulumi.String("cloud-platform")},
		},
		ShieldedInstanceConfig: compute.InstanceShieldedInstanceConfigArgs{
			EnableSecureBoot:          pulumi.Bool(true),
			EnableVtpm:                pulumi.Bool(true),
			EnableIntegrityMonitoring: pulumi.Bool(true),
		},
		Tags:          pulumi.StringArray{pulumi.String(targetTag)},
		Labels:        labels(ctx),
		DesiredStatus: pulumi.String("RUNNING"),
		// A change of the machine type stops the VM for it, instead of failing.
		AllowStoppingForUpdate: pulumi.Bool(true),
	}, append(options, pulumi.IgnoreChanges(kept))...)
	if err != nil {
		return fmt.Errorf("create the database host: %w", err)
	}
	return nil
}

// newestImage asks for the image of Debian's family. In a new project nothing can be asked before the API is
// enabled, so the question hangs on that.
func newestImage(ctx *pulumi.Context, db *Database) pulumi.StringOutput {
	family := db.args.Address.computeReady.ApplyT(func(pulumi.ID) string { return imageFamily }).(pulumi.StringOutput)
	return compute.LookupImageOutput(ctx, compute.LookupImageOutputArgs{
		Family:  family,
		Project: pulumi.String(imageProject),
	}, pulumi.Parent(db)).SelfLink()
}

func metadata(d *desired) (pulumi.StringMap, error) {
	script, err := startupScript()
	if err != nil {
		return nil, fmt.Errorf("render the start-up script: %w", err)
	}
	return pulumi.StringMap{
		// As metadata, not as MetadataStartupScript, whose changes replace the VM.
		"startup-script": pulumi.String(script),
		"crosscloud":     d.document,
		// The administrators' keys are part of the desired state. No others get in: neither the project's, nor those
		// of its OS Login users.
		"block-project-ssh-keys": pulumi.String("TRUE"),
		"enable-oslogin":         pulumi.String("FALSE"),
	}, nil
}
