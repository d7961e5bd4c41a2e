package webhost

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2transitgateway"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Debian publishes its images under this account: https://wiki.debian.org/Cloud/AmazonEC2Image/Trixie.
const (
	debianAccount = "136693071363"
	debianImages  = "debian-13-amd64-*"
)

// rootGB holds Debian (1 GB), the packages (1 GB), a few images of at most 15 MB each, and logs.
const rootGB = 10

// image is the AMI and the inputs that are kept as they were when the machine was created.
func (d declarer) image() (ami string, kept []string, err error) {
	// A machine runs its user-data once, so new user-data would stop and start it for nothing. It gets newer boot
	// files through the bundle.
	//
	// Pulumi takes an ignored input from the state, also where it replaces the machine. So each machine of a stack
	// boots the agent of the day on which the stack was made, and whatever that one meets is a contract with all
	// agents ever shipped: the names in agent.env, the document in the desired parameter (release.desired), the bundle,
	// whose converge takes CONVERGE_LOG and ends with 0, 3, 75 or an error, and the role's permissions. Its prepare.sh
	// reads two documents without jq: so the one in the desired parameter stays compact JSON, with "revision":"…" in it,
	// and that in the status parameter is {} at first and then compact JSON whose last field is "operations":[…]. To have
	// a stack's next machine boot today's agent, the old one must leave the state: `pulumi destroy --target` it, then
	// `pulumi up`.
	kept = []string{"userData"}
	if d.args.AMI != "" {
		return d.args.AMI, kept, nil
	}
	newest, err := ec2.LookupAmi(d.ctx, &ec2.LookupAmiArgs{
		Owners:     []string{debianAccount},
		MostRecent: pulumi.BoolRef(true),
		Filters: []ec2.GetAmiFilter{
			{Name: "name", Values: []string{debianImages}},
			{Name: "architecture", Values: []string{"x86_64"}},
			{Name: "virtualization-type", Values: []string{"hvm"}},
			{Name: "root-device-type", Values: []string{"ebs"}},
		},
	}, d.parent)
	if err != nil {
		return "", nil, fmt.Errorf("newest Debian 13 image: %w", err)
	}
	// Debian publishes new images on its own schedule; taking one replaces the machine, so that is decided by
	// naming it.
	return newest.Id, append(kept, "ami"), nil
}

func (d declarer) instance(card card, identity identity) (*ec2.Instance, error) {
	ami, kept, err := d.image()
	if err != nil {
		return nil, err
	}
	userData, err := UserData(d.args.DesiredParameter, d.args.StatusParameter)
	if err != nil {
		return nil, err
	}
	instance, err := ec2.NewInstance(d.ctx, d.name, &ec2.InstanceArgs{
		Ami:                pulumi.String(ami),
		InstanceType:       pulumi.String(d.args.InstanceType),
		IamInstanceProfile: identity.profile.Name,
		NetworkInterfaces: ec2.InstanceNetworkInterfaceArray{ec2.InstanceNetworkInterfaceArgs{
			DeviceIndex:        pulumi.Int(0),
			NetworkInterfaceId: card.networkInterface.ID(),
		}},
		UserData:                pulumi.String(userData),
		UserDataReplaceOnChange: pulumi.Bool(false),
		MetadataOptions: ec2.InstanceMetadataOptionsArgs{
			HttpEndpoint: pulumi.String("enabled"),
			HttpTokens:   pulumi.String("required"),
			// Answers do not travel beyond the machine itself, so not into a bridged container either.
			HttpPutResponseHopLimit: pulumi.Int(1),
			InstanceMetadataTags:    pulumi.String("disabled"),
		},
		RootBlockDevice: ec2.InstanceRootBlockDeviceArgs{
			Encrypted:  pulumi.Bool(true),
			VolumeType: pulumi.String("gp3"),
			VolumeSize: pulumi.Int(rootGB),
			Tags:       d.tags("root"),
		},
		// "unlimited", the default of t3, bills for what exceeds the credits; "standard" slows down instead.
		CreditSpecification: ec2.InstanceCreditSpecificationArgs{CpuCredits: pulumi.String("standard")},
		Tags:                d.tags("web"),
	}, d.parent,
		// The network card can be attached to one machine at a time.
		pulumi.DeleteBeforeReplace(true),
		pulumi.IgnoreChanges(kept),
		pulumi.DependsOn(append(card.ready, identity.permissions)))
	if err != nil {
		return nil, err
	}
	// An instance has no power state of its own to declare; without this, one that somebody stopped stays stopped.
	_, err = ec2transitgateway.NewInstanceState(d.ctx, d.name, &ec2transitgateway.InstanceStateArgs{
		InstanceId: instance.ID(),
		State:      pulumi.String("running"),
	}, d.parent)
	return instance, err
}
