package aws

import "strings"

func refusedInstance(f *fixture) []refused {
	good := f.machine()
	f.MustUp(profileToken, "empty", values{"name": "empty"})
	machine := func(changes values) values { return with(good, changes) }
	disk := func(kind string, size int) values {
		return machine(values{"rootBlockDevice": values{"volumeType": kind, "volumeSize": size}})
	}
	hops := func(n int) values { return machine(values{"metadataOptions": values{"httpPutResponseHopLimit": n}}) }
	card := func(id string, more values) values {
		return machine(values{"networkInterfaces": []any{with(values{"deviceIndex": 0, "networkInterfaceId": id}, more)}})
	}
	home := f.MustUp(subnetToken, "old-zone", values{"vpcId": f.Get("vpc").ID, "cidrBlock": "10.20.5.0/24", "availabilityZone": oldZone}).ID
	inOldZone := f.MustUp(interfaceToken, "old-card", values{"subnetId": home, "securityGroups": []any{f.Get("group").ID}}).ID
	const zones = "https://github.com/hashicorp/terraform-provider-aws/issues/13999" // has EC2's message
	const schema, roles = upstream + "ec2/ec2_instance.go", "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-ec2_instance-profiles.html"
	run, volume, imds := ec2API+"API_RunInstances.html", ec2API+"API_CreateVolume.html", ec2API+"API_InstanceMetadataOptionsRequest.html"
	return []refused{
		{"not an image", motoEC2, instanceToken, machine(values{"ami": "debian-13"}), nil, "InvalidAMIID.Malformed", `Invalid id: "debian-13" (expecting "ami-...")`},
		{"unknown image", motoEC2, instanceToken, machine(values{"ami": "ami-0123456789abcdef0"}), nil, "InvalidAMIID.NotFound", "The image id '[ami-0123456789abcdef0]' does not exist"},
		{"unknown type", github + "getmoto/moto/issues/1695", instanceToken, machine(values{"instanceType": "t3.tiny"}), nil, "InvalidParameterValue", "Invalid value 't3.tiny' for InstanceType."},
		{"type in a zone without it", github + "ned1313/Getting-Started-Terraform/issues/44", instanceToken, card(inOldZone, nil), nil, "Unsupported",
			"Your requested instance type (t3.micro) is not supported in your requested Availability Zone (us-east-1e). Please retry your request by not specifying " +
				"an Availability Zone or choosing us-east-1a, us-east-1b, us-east-1c, us-east-1d, us-east-1f."},
		{"another processor", github + "skypilot-org/skypilot/issues/6315", instanceToken, machine(values{"instanceType": "t4g.micro"}), nil, "InvalidParameterValue",
			"The architecture 'arm64' of the specified instance type does not match the architecture 'x86_64' of the specified AMI. Specify an instance type and an AMI"},
		{"user-data over 16 KiB", schema, instanceToken, machine(values{"userData": strings.Repeat("x", 16<<10+1)}), nil, "", "expected length of user_data to be in the range (0 - 16384), got 16385 bytes"},
		{"unknown profile", upstream + "autoscaling/launch_configuration.go", instanceToken, machine(values{"iamInstanceProfile": "absent"}), nil, "InvalidParameterValue", "Value (absent) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name"},
		{"profile without role", roles, instanceToken, machine(values{"iamInstanceProfile": "empty"}), nil, "InvalidParameterValue", anyWords},
		{"unknown card", ec2Errors, instanceToken, card("eni-0", nil), nil, "InvalidNetworkInterfaceID.NotFound", anyWords},
		{"metadata tokens", imds, instanceToken, machine(values{"metadataOptions": values{"httpTokens": "yes"}}), nil, "", `expected metadataOptions.httpTokens to be one of ["optional" "required"], got yes`},
		{"no metadata hop", imds, instanceToken, hops(0), nil, "", "to be in the range (1 - 64), got 0"},
		{"65 metadata hops", imds, instanceToken, hops(65), nil, "", "to be in the range (1 - 64), got 65"},
		{"volume type", volume, instanceToken, disk("gp4", 10), nil, "", "expected rootBlockDevice.volumeType to be one of"},
		{"volume smaller than the image", run, instanceToken, disk("gp3", 4), nil, "InvalidBlockDeviceMapping", anyWords},
		{"gp3 over 64 TiB", volume, instanceToken, disk("gp3", 65537), nil, "InvalidParameterValue", anyWords},
		{"gp2 over 16 TiB", volume, instanceToken, disk("gp2", 16385), nil, "InvalidParameterValue", anyWords},
		{"subnet in another zone", zones, instanceToken, machine(values{"availabilityZone": "us-east-1c"}), nil, "InvalidParameterValue", "Value (us-east-1c) for parameter availabilityZone is invalid. Subnet '" + f.Get("subnet").ID + "' is in the availability zone us-east-1b"},
		{"volume tagged twice", schema, instanceToken, machine(values{"volumeTags": some, "rootBlockDevice": values{"tags": some}}), nil, "", "conflicts with volume_tags"},
		{"volume that shrinks", ec2API + "API_ModifyVolume.html", "", nil, func() error {
			f.MustUp(instanceToken, web, good)
			_, err := f.Up(instanceToken, web, with(good, values{"rootBlockDevice": values{"encrypted": true, "volumeType": "gp3", "volumeSize": 9}}))
			return err
		}, "InvalidParameterValue", anyWords},
		{"unknown type of a machine that exists", ec2Errors, "", nil, func() error {
			_, err := f.Up(instanceToken, web, with(good, values{"instanceType": "t3.tiny"}))
			return err
		}, "InvalidInstanceAttributeValue", anyWords},
		{"volume that outgrows EBS", ec2API + "API_ModifyVolume.html", "", nil, func() error {
			_, err := f.Up(instanceToken, web, with(good, values{"rootBlockDevice": values{"encrypted": true, "volumeType": "gp3", "volumeSize": 70000}}))
			return err
		}, "InvalidParameterValue", anyWords},
	}
}
