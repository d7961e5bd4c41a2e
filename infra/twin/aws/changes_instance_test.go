package aws

import (
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/cloud/cloudtest"
)

const shrinks = "New size cannot be smaller than existing size"

func instanceChanges(f *fixture) cloudtest.Kind {
	// Two machines can't have the same card, so the program sets this option, too.
	f.DeleteBeforeReplace = new(true)
	args := with(f.machine(), values{"creditSpecification": values{"cpuCredits": "standard"}})
	f.card("second")
	f.MustUp(subnetToken, "far subnet", values{"vpcId": f.Get("vpc").ID, "cidrBlock": "10.20.1.0/24", "availabilityZone": "us-east-1c"})
	f.MustUp(interfaceToken, "far", values{"subnetId": f.Get("far subnet").ID, "securityGroups": []any{f.Get("group").ID}})
	f.MustUp(profileToken, "other", values{"name": "other", "role": "web"})
	boots := func() int {
		machine := f.real(f.Get("changed").ID)
		require.True(f.t, machine.Running)
		return machine.Boots
	}
	return cloudtest.Kind{Source: "ec2/ec2_instance.go", Args: args, Boots: boots, Changes: []cloudtest.Change{
		cloudtest.Replaces("ami", f.account.imageID(catalogue[0])),
		cloudtest.Replaces("availabilityZone", "us-east-1c").From("us-east-1b").And("networkInterfaces[*].networkInterfaceId", f.Get("far").ID),
		cloudtest.Ignored("availabilityZone", "us-east-1b").When("after a look at it"),
		cloudtest.Stopping("instanceType", "t3.small"),
		cloudtest.Replaces("networkInterfaces[*].networkInterfaceId", f.Get("second").ID),
		cloudtest.Refused("networkInterfaces[*].deviceIndex", 1, "the only interface has the device index 0"),
		cloudtest.Ignored("networkInterfaces[*].deleteOnTermination", false).When("spelt out"),
		cloudtest.Refused("networkInterfaces[*].deleteOnTermination", true, "can't be deleted with the instance"),
		cloudtest.InPlace("iamInstanceProfile", "other"),
		cloudtest.Ignored("iamInstanceProfile", nil).When("no longer given"),
		cloudtest.Stopping("userData", "#!/bin/sh\necho two\n"),
		cloudtest.Ignored("userData", nil).When("no longer given"),
		cloudtest.Replaces("userData", "#!/bin/sh\necho two\n").With("userDataReplaceOnChange", true).When("for a new machine"),
		cloudtest.InPlace("userDataReplaceOnChange", true),
		cloudtest.Refused("metadataOptions.httpEndpoint", "disabled", "the twin's machines get their user-data from the metadata service"),
		cloudtest.InPlace("metadataOptions.httpTokens", "optional"),
		cloudtest.InPlace("metadataOptions.httpPutResponseHopLimit", 2),
		cloudtest.Ignored("metadataOptions.httpPutResponseHopLimit", nil).When("no longer given"),
		cloudtest.InPlace("metadataOptions.instanceMetadataTags", "enabled"),
		cloudtest.Replaces("rootBlockDevice.encrypted", false),
		cloudtest.Ignored("rootBlockDevice.encrypted", false).From(nil).When("spelt out"),
		cloudtest.InPlace("rootBlockDevice.volumeType", "gp2"),
		cloudtest.InPlace("rootBlockDevice.volumeSize", 12),
		cloudtest.Refused("rootBlockDevice.volumeSize", 9, shrinks).When("smaller"),
		cloudtest.Ignored("rootBlockDevice.volumeSize", nil).When("no longer given"),
		cloudtest.InPlace("rootBlockDevice.deleteOnTermination", false),
		cloudtest.InPlace("rootBlockDevice.tags", some),
		cloudtest.InPlace("creditSpecification.cpuCredits", "unlimited"),
		cloudtest.Ignored("creditSpecification.cpuCredits", nil).When("no longer given"),
		cloudtest.InPlace("monitoring", true),
		cloudtest.Ignored("monitoring", nil).From(true).When("no longer given"),
		cloudtest.InPlace("disableApiTermination", true),
		cloudtest.Ignored("disableApiTermination", nil).From(true).When("no longer given"),
		cloudtest.InPlace("tags", some),
		cloudtest.InPlace("volumeTags", some),
	}}
}

func instanceStateChanges(f *fixture) cloudtest.Kind {
	first, args := f.up()
	f.card("second")
	args["networkInterfaces"] = []any{values{"deviceIndex": 0, "networkInterfaceId": f.Get("second").ID}}
	second := f.MustUp(instanceToken, "second web", args).ID
	return cloudtest.Kind{Source: "ec2/ec2_instance_state.go", Args: values{"instanceId": first, "state": "running"}, Changes: []cloudtest.Change{
		cloudtest.Replaces("instanceId", second),
		cloudtest.InPlace("state", "stopped"),
		cloudtest.Ignored("force", false).When("spelt out"),
		cloudtest.InPlace("force", true),
	}}
}
