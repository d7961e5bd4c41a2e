package aws

import (
	"context"
	"errors"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/state"
)

type instanceArgs struct {
	AMI                     string               `json:"ami"`
	InstanceType            string               `json:"instanceType"`
	AvailabilityZone        string               `json:"availabilityZone,omitempty"`
	NetworkInterfaces       []instanceInterface  `json:"networkInterfaces"`
	IAMInstanceProfile      string               `json:"iamInstanceProfile,omitempty"`
	UserData                string               `json:"userData,omitempty"`
	UserDataReplaceOnChange *bool                `json:"userDataReplaceOnChange,omitempty"`
	MetadataOptions         *metadataOptions     `json:"metadataOptions,omitempty"`
	RootBlockDevice         *rootBlockDevice     `json:"rootBlockDevice,omitempty"`
	CreditSpecification     *creditSpecification `json:"creditSpecification,omitempty"`
	Monitoring              *bool                `json:"monitoring,omitempty"`
	DisableAPITermination   *bool                `json:"disableApiTermination,omitempty"`
	Tags                    map[string]string    `json:"tags,omitempty"`
	VolumeTags              map[string]string    `json:"volumeTags,omitempty"`
}

type instanceInterface struct {
	DeviceIndex         int    `json:"deviceIndex"`
	NetworkInterface    string `json:"networkInterfaceId"`
	DeleteOnTermination *bool  `json:"deleteOnTermination,omitempty"`
}

type metadataOptions struct {
	HTTPEndpoint         string `json:"httpEndpoint,omitempty"`
	HTTPTokens           string `json:"httpTokens,omitempty"`
	HopLimit             *int   `json:"httpPutResponseHopLimit,omitempty"`
	InstanceMetadataTags string `json:"instanceMetadataTags,omitempty"`
}

type rootBlockDevice struct {
	Encrypted           *bool             `json:"encrypted,omitempty"`
	VolumeType          string            `json:"volumeType,omitempty"`
	VolumeSize          *int              `json:"volumeSize,omitempty"`
	DeleteOnTermination *bool             `json:"deleteOnTermination,omitempty"`
	Tags                map[string]string `json:"tags,omitempty"`
}

type creditSpecification struct {
	CPUCredits string `json:"cpuCredits,omitempty"`
}

// instance is an EC2 instance as the provider shows it. The machine behind it has a state.Machine and a network record
// under the same id.
type instance struct {
	instanceArgs
	ARN                     string `json:"arn"`
	InstanceState           string `json:"instanceState"`
	PrimaryNetworkInterface string `json:"primaryNetworkInterfaceId"`
	Subnet                  string `json:"subnetId"`
	PrivateIP               string `json:"privateIp"`
	PrivateDNS              string `json:"privateDns"`
	PublicIP                string `json:"publicIp"`
	PublicDNS               string `json:"publicDns"`
}

func (in instanceArgs) rootTags() map[string]string {
	if in.RootBlockDevice == nil {
		return nil
	}
	return in.RootBlockDevice.Tags
}

// The states of an instance that last.
const (
	running = "running"
	stopped = "stopped"
)

func (a *account) instanceKind() cloud.Resource {
	return tagged(ec2Tags, cloud.Kind[instanceArgs, instance]{
		Token:    "aws:ec2/instance:Instance",
		Required: []string{"ami", "instanceType", "networkInterfaces"},
		Replace:  []string{"ami", "availabilityZone", "networkInterfaces", "rootBlockDevice.encrypted"},
		ReplaceIf: func(old instance, in instanceArgs) []string {
			if or(in.UserDataReplaceOnChange, false) && in.UserData != "" && old.UserData != in.UserData {
				return []string{"userData"}
			}
			return nil
		},
		Keep: []string{
			"availabilityZone", "iamInstanceProfile", "userData", "monitoring", "disableApiTermination", "creditSpecification.cpuCredits",
			"metadataOptions.httpEndpoint", "metadataOptions.httpTokens", "metadataOptions.httpPutResponseHopLimit",
			"metadataOptions.instanceMetadataTags",
			"rootBlockDevice.encrypted", "rootBlockDevice.volumeType", "rootBlockDevice.volumeSize",
		},
		Stable:    []string{"arn", "primaryNetworkInterfaceId", "subnetId", "privateIp", "privateDns", "publicIp", "publicDns"},
		Normalize: func(_ string, in instanceArgs) instanceArgs { return in.withDefaults() },
		Check:     checkInstance,
		Create: func(ctx context.Context, _ string, in instanceArgs) (string, instance, error) {
			id := id("i")
			var out instance
			err := a.locked(func() (err error) {
				if out, err = a.launchable(id, in); err != nil {
					return err
				}
				if err := a.launch(ctx, id, out); err != nil {
					return err
				}
				out, err = a.seen(id, out, true)
				return err
			})
			return id, out, err
		},
		Read:   a.readInstance,
		Update: a.updateInstance,
		Delete: func(ctx context.Context, id string, _ instance) error {
			// The AWS provider lifts disableApiTermination by itself; what guards a machine is Pulumi's own protection.
			return a.locked(func() error { return a.terminate(ctx, id) })
		},
	}, func(in instanceArgs) map[string]string { return in.Tags },
		func(in instanceArgs) map[string]string { return in.VolumeTags }, instanceArgs.rootTags)
}

// launchable checks what EC2 checks before it starts a machine, and describes the instance to be.
func (a *account) launchable(id string, in instanceArgs) (instance, error) {
	booted, err := a.needImage(in.AMI)
	if err != nil {
		return instance{}, err
	}
	if size := in.rootGB(); size < rootGB {
		return instance{}, refuse("InvalidBlockDeviceMapping", "Volume of size %dGB is smaller than snapshot '%s', expect size >= %dGB",
			size, a.snapshotID(booted), rootGB)
	}
	if err := checkLargest(in); err != nil {
		return instance{}, err
	}
	if err := a.checkProfile(in.IAMInstanceProfile); err != nil {
		return instance{}, err
	}
	card, err := a.needNetworkInterface(in.NetworkInterfaces[0].NetworkInterface)
	if err != nil {
		return instance{}, err
	}
	used, err := a.attached(in.NetworkInterfaces[0].NetworkInterface)
	if err != nil {
		return instance{}, err
	}
	if used {
		return instance{}, refuse("InvalidNetworkInterface.InUse", "Interface: [%s] in use.", in.NetworkInterfaces[0].NetworkInterface)
	}
	home, err := a.needSubnet(card.Subnet)
	if err != nil {
		return instance{}, err
	}
	if in.AvailabilityZone != "" && in.AvailabilityZone != home.AvailabilityZone {
		return instance{}, refuse("InvalidParameterValue", "Value (%s) for parameter availabilityZone is invalid. Subnet '%s' is in the availability zone %s",
			in.AvailabilityZone, card.Subnet, home.AvailabilityZone)
	}
	in.AvailabilityZone = home.AvailabilityZone
	if err := checkType(in.InstanceType, in.AvailabilityZone, "InvalidParameterValue"); err != nil {
		return instance{}, err
	}
	return instance{
		instanceArgs: in, ARN: a.arn("ec2", "instance/"+id), InstanceState: running,
		PrimaryNetworkInterface: in.NetworkInterfaces[0].NetworkInterface, Subnet: card.Subnet,
		PrivateIP: card.PrivateIP, PrivateDNS: card.PrivateDNSName,
	}, nil
}

func (a *account) checkProfile(name string) error {
	if name == "" {
		return nil
	}
	profile, err := get[state.InstanceProfile](a, name)
	switch {
	case errors.Is(err, state.ErrNotFound):
		return refuse("InvalidParameterValue", "Value (%s) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name", name)
	case err != nil:
		return err
	case profile.Role == "":
		return refuse("InvalidParameterValue", "IAM Instance Profile %q has no associated IAM Roles", profile.ARN)
	}
	return nil
}

// readInstance adds to the record what is seen of the machine. A machine that somebody removed is a terminated instance,
// which holds nothing any more.
func (a *account) readInstance(ctx context.Context, id string) (instance, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	out, err := get[instance](a, id)
	if err != nil {
		return out, err
	}
	status, err := a.env.Machines.Status(ctx, id)
	if err != nil {
		return out, err
	}
	if !status.Exists {
		if err := a.terminate(ctx, id); err != nil {
			return out, err
		}
		return out, state.ErrNotFound
	}
	return a.seen(id, out, status.Running)
}

// seen completes an instance with what changes by itself.
func (a *account) seen(id string, out instance, up bool) (instance, error) {
	out.InstanceState = stopped
	if up {
		out.InstanceState = running
	}
	out.PublicIP, out.PublicDNS = "", ""
	n, err := get[network](a, id)
	if n.Address != "" {
		out.PublicIP, out.PublicDNS = n.Address, a.publicName(n.Address)
	}
	return out, err
}
