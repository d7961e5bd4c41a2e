package gcp

import (
	"fmt"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strconv"

	"crosscloud/infra/twin/cloud"
)

// The limits of https://cloud.google.com/compute/docs/metadata/setting-custom-metadata#limitations.
const (
	maxMetadataValue = 256 << 10
	maxMetadataAll   = 512 << 10
)

// maxTags is the limit of https://cloud.google.com/vpc/docs/add-remove-network-tags.
const maxTags = 64

var (
	metadataKey = regexp.MustCompile(`^[a-zA-Z0-9-_]{1,128}$`)
	deviceName  = regexp.MustCompile(`^[a-zA-Z0-9][-_.a-zA-Z0-9]{0,62}$`)
)

func checkInstance(in InstanceArgs) []cloud.Failure {
	var c checks
	c.apiName("name", "resource.name", in.Name)
	if in.Name == "services" {
		// The containers share one set of names, and a VM that could not be made would take the services along.
		c.add("name", "the twin's own services have the name %q", in.Name)
	}
	c.zone("zone", in.Zone)
	switch {
	case in.MachineType == "" || slices.Contains(machineTypes, in.machineType()):
	case mayBeMachineType(in.machineType()):
		c.add("machineType", "the twin does not have the machine type %s: those that it has are in infra/twin/gcp/catalogue.go", in.machineType())
	default:
		c.refuse("machineType", invalidField("resource.machineType", "zones/"+in.Zone+"/machineTypes/"+in.machineType(),
			"Machine type with name '%s' does not exist in zone '%s'.", in.machineType(), in.Zone))
	}
	c.oneOf("desiredStatus", in.DesiredStatus, running, terminated)
	c.labels("labels", in.Labels)
	if len(in.Tags) > maxTags {
		c.refuse("tags", invalidField("resource.tags.items", "", "A VM has at most %d network tags, got %d.", maxTags, len(in.Tags)))
	}
	for i, tag := range in.Tags {
		c.apiName(fmt.Sprintf("tags[%d]", i), fmt.Sprintf("resource.tags.items[%d]", i), tag)
	}
	c.metadata(in.Metadata)
	c.bootDisk(in.BootDisk)
	c.attachedDisks(in.AttachedDisks)
	c.networkInterfaces(in.NetworkInterfaces)
	if in.ServiceAccount != nil {
		for i, name := range in.ServiceAccount.Scopes {
			if _, known := scope(name); name != "" && !known {
				c.refuse(fmt.Sprintf("serviceAccount.scopes[%d]", i), invalidField(
					fmt.Sprintf("resource.serviceAccounts[0].scopes[%d]", i), name, "Scope must be an URL or a known alias."))
			}
		}
	}
	return c.failures
}

func (c *checks) metadata(metadata map[string]string) {
	all := 0
	for key, value := range metadata {
		all += len(key) + len(value)
		if !metadataKey.MatchString(key) {
			c.refuse("metadata", invalidField("resource.metadata.items[0].key", key, "Must be a match of regex '[a-zA-Z0-9-_]{1,128}'"))
		}
		if len(value) > maxMetadataValue {
			c.refuse("metadata."+key, &apiError{
				http.StatusRequestEntityTooLarge,
				fmt.Sprintf("Value for field 'metadata.items[0].value' is too large: maximum size %d character(s); actual size %d.",
					maxMetadataValue, len(value)), "",
			})
		}
	}
	if all > maxMetadataAll {
		c.refuse("metadata", invalidField("resource.metadata", "", "The total size of all keys and values must be less than 512 KB, got %d bytes.", all))
	}
}

func (c *checks) bootDisk(disk *BootDisk) {
	if disk == nil || disk.InitializeParams == nil {
		return
	}
	p := disk.InitializeParams
	if p.Image != "" {
		if _, err := resolveImage(p.Image); err != nil {
			c.add("bootDisk.initializeParams.image", "%v", err)
		}
	}
	c.disk("bootDisk.initializeParams.type", p.Type, "bootDisk.initializeParams.size", p.Size)
	if p.Size != 0 && p.Size < imageDiskGB {
		c.refuse("bootDisk.initializeParams.size", invalidField("resource.disks[0].initializeParams.diskSizeGb", strconv.Itoa(p.Size),
			"Requested disk size cannot be smaller than the image size (%d GB)", imageDiskGB))
	}
	c.labels("bootDisk.initializeParams.labels", p.Labels)
	if disk.AutoDelete != nil && !*disk.AutoDelete {
		c.add("bootDisk.autoDelete", "the twin deletes a boot disk with its VM: keep data on a disk of its own")
	}
}

func (c *checks) attachedDisks(disks []AttachedDisk) {
	sources, devices := map[string]bool{}, map[string]bool{}
	for i, d := range disks {
		property := fmt.Sprintf("attachedDisks[%d]", i)
		c.match(property+".deviceName", d.DeviceName, deviceName)
		c.oneOf(property+".mode", d.Mode, "READ_WRITE", "READ_ONLY")
		if d.Mode == "READ_ONLY" {
			c.add(property+".mode", "the twin attaches disks READ_WRITE only")
		}
		if d.Source != "" && sources[path.Base(d.Source)] {
			c.refuse(property+".source", invalidField("resource.disks", "", "Disk '%s' is attached twice.", path.Base(d.Source)))
		}
		if d.DeviceName != "" && devices[d.DeviceName] {
			c.refuse(property+".deviceName", invalidField(fmt.Sprintf("resource.disks[%d].deviceName", i+1), d.DeviceName, "The device name is used twice."))
		}
		sources[path.Base(d.Source)], devices[d.DeviceName] = true, true
	}
}

func (c *checks) networkInterfaces(cards []NetworkCard) {
	if len(cards) > 1 {
		c.add("networkInterfaces", "the twin's VMs have one network interface, got %d", len(cards))
	}
	for i, card := range cards {
		property := fmt.Sprintf("networkInterfaces[%d]", i)
		if len(card.AccessConfigs) > 1 {
			c.refuse(property+".accessConfigs", invalidField(fmt.Sprintf("resource.networkInterfaces[%d].accessConfigs", i), "",
				"At most one access config currently supported."))
		}
		for n, config := range card.AccessConfigs {
			c.oneOf(fmt.Sprintf("%s.accessConfigs[%d].networkTier", property, n), config.NetworkTier, "PREMIUM", "STANDARD")
		}
	}
}
