package aws

import (
	"cmp"
	"slices"

	"crosscloud/infra/twin/cloud"
)

// maxUserData is in bytes, before base64: "Instance user data", Amazon EC2 User Guide.
const maxUserData = 16 << 10

// withDefaults are those that the AWS provider and EC2 have, as far as a change of them would show.
func (in instanceArgs) withDefaults() instanceArgs {
	in.UserDataReplaceOnChange = orDefault(in.UserDataReplaceOnChange, false)
	in.Monitoring = orDefault(in.Monitoring, false)
	in.DisableAPITermination = orDefault(in.DisableAPITermination, false)
	in.NetworkInterfaces = slices.Clone(in.NetworkInterfaces)
	for i, card := range in.NetworkInterfaces {
		in.NetworkInterfaces[i].DeleteOnTermination = orDefault(card.DeleteOnTermination, false)
	}
	var root rootBlockDevice
	if in.RootBlockDevice != nil {
		root = *in.RootBlockDevice
	}
	root.Encrypted = orDefault(root.Encrypted, false)
	root.VolumeType = cmp.Or(root.VolumeType, imageVolume)
	root.VolumeSize = orDefault(root.VolumeSize, rootGB)
	root.DeleteOnTermination = orDefault(root.DeleteOnTermination, true)
	in.RootBlockDevice = &root
	return in
}

func checkInstance(in instanceArgs) []cloud.Failure {
	var f failures
	f.addIf(len(in.NetworkInterfaces) != 1, "networkInterfaces", "the twin's machines have exactly one network interface, got %d", len(in.NetworkInterfaces))
	for _, card := range in.NetworkInterfaces {
		f.addIf(card.DeviceIndex != 0, "networkInterfaces[0].deviceIndex", "the only interface has the device index 0, got %d", card.DeviceIndex)
		f.addIf(or(card.DeleteOnTermination, false), "networkInterfaces[0].deleteOnTermination",
			"an interface that is a resource of its own can't be deleted with the instance")
	}
	f.addIf(len(in.UserData) > maxUserData, "userData", "expected length of user_data to be in the range (0 - %d), got %d bytes", maxUserData, len(in.UserData))
	f.addIf(in.InstanceType != "" && !knownType(in.InstanceType), "instanceType", "%s", unknownType(in.InstanceType))
	f.metadataOptions(in.MetadataOptions)
	f.rootBlockDevice(in.RootBlockDevice)
	if in.CreditSpecification != nil {
		f.oneOf("creditSpecification.cpuCredits", in.CreditSpecification.CPUCredits, "standard", "unlimited")
	}
	f.addIf(in.VolumeTags != nil && in.RootBlockDevice != nil && in.RootBlockDevice.Tags != nil, "volumeTags",
		`"root_block_device.0.tags": conflicts with volume_tags`)
	return f
}

func (f *failures) metadataOptions(o *metadataOptions) {
	if o == nil {
		return
	}
	f.oneOf("metadataOptions.httpEndpoint", o.HTTPEndpoint, "enabled", "disabled")
	f.addIf(o.HTTPEndpoint == "disabled", "metadataOptions.httpEndpoint", "the twin's machines get their user-data from the metadata service")
	f.oneOf("metadataOptions.httpTokens", o.HTTPTokens, "optional", "required")
	f.oneOf("metadataOptions.instanceMetadataTags", o.InstanceMetadataTags, "enabled", "disabled")
	f.addIf(o.HopLimit != nil && (*o.HopLimit < 1 || *o.HopLimit > 64), "metadataOptions.httpPutResponseHopLimit",
		"expected httpPutResponseHopLimit to be in the range (1 - 64), got %d", or(o.HopLimit, 0))
}

func (f *failures) rootBlockDevice(d *rootBlockDevice) {
	if d == nil {
		return
	}
	f.oneOf("rootBlockDevice.volumeType", d.VolumeType, "gp2", "gp3", "io1", "io2", "standard")
}

// imageVolume is the type of the images' own root volume.
const imageVolume = "gp3"

// maxVolumeGB are the largest volumes of each type: "CreateVolume", Amazon EC2 API Reference.
var maxVolumeGB = map[string]int{"gp2": 16384, "gp3": 65536, "io1": 16384, "io2": 65536, "standard": 1024}

// checkLargest wants a root volume that EBS has.
func checkLargest(in instanceArgs) error {
	kind := imageVolume
	if in.RootBlockDevice != nil {
		kind = cmp.Or(in.RootBlockDevice.VolumeType, kind)
	}
	if size, largest := in.rootGB(), maxVolumeGB[kind]; size > largest {
		return refuse("InvalidParameterValue", "Volume of %dGiB is too large for volume type %s; maximum is %dGiB", size, kind, largest)
	}
	return nil
}
