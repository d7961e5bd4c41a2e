package database

import (
	"fmt"
	"path"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/compute"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// diskType is used for both disks: SSD-backed, and performance enough for machines of this size.
const diskType = "pd-balanced"

// newDataDisk makes or adopts the disk that holds the cluster. It is a resource of its own so that the VM can
// be replaced without it.
func newDataDisk(ctx *pulumi.Context, db *Database) (*compute.Disk, error) {
	name := physicalName(ctx.Project(), ctx.Stack(), "db-data")
	options := db.options(
		// The name stays what it is when AdoptDisk is taken out of the configuration again, long after, and the zone
		// because a disk can't move.
		pulumi.IgnoreChanges([]string{"name", "zone"}),
		// A replacement, as for a smaller size, is a blank disk, and Google's provider would take the old one out of the
		// running VM and delete it. Made first, it has a name that is taken: GCE refuses it, and the data stays. While
		// AdoptDisk names an adopted one, Pulumi refuses it.
		pulumi.DeleteBeforeReplace(false),
	)
	if db.args.AdoptDisk != "" {
		name = path.Base(db.args.AdoptDisk)
		options = append(options, pulumi.Import(pulumi.ID(db.args.AdoptDisk)))
	}
	if db.args.ProtectData {
		options = append(options, pulumi.Protect(true), pulumi.RetainOnDelete(true))
	}
	disk, err := compute.NewDisk(ctx, db.name+"-data", &compute.DiskArgs{
		Name:   pulumi.String(name),
		Zone:   pulumi.String(db.args.Zone),
		Size:   pulumi.Int(db.args.DiskGB),
		Type:   pulumi.String(diskType),
		Labels: labels(ctx),
	}, options...)
	if err != nil {
		return nil, fmt.Errorf("create the data disk: %w", err)
	}
	return disk, nil
}

// zoneOf is the VM's zone: that of its data. Another one is refused before anything is changed for it.
func zoneOf(db *Database, disk *compute.Disk) pulumi.StringOutput {
	return disk.Zone.ApplyT(func(zone string) (string, error) {
		if wanted := db.args.Zone; zone != wanted {
			return "", fmt.Errorf("the data disk %s-data is in zone %s and can't move to %s: set gcp:zone to %s again", db.name, zone, wanted, zone)
		}
		return zone, nil
	}).(pulumi.StringOutput)
}
