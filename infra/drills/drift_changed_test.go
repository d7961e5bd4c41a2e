//go:build drills

package drills

import (
	"encoding/base64"
	"testing"

	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/state"
)

// Rules that are gone, an open door, a tag, a label, what the web host is told and the bundle that it runs: all repaired in
// one update, without touching a VM.
func changedByHandWhileItRuns(t *testing.T) {
	resources, hand := booted.resources(t), booted.hand(t)
	web, database := booted.machine(t, state.AWS), booted.machine(t, state.GCP)
	stranger := newStranger(t, web.Address)
	incarnations := booted.incarnations(t)
	desired, err := state.Get[state.Parameter](booted.store(), "/crosscloud/"+twinName+"/desired")
	require.NoError(t, err)

	booted.typeTodo(t, "remember me across changes by hand")
	hand.delete(t, must(t, resources, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule web-host-in-https"))
	hand.delete(t, must(t, resources, "gcp:compute/firewall:Firewall database-allow-postgres"))
	hand.change(t, must(t, resources, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule web-host-in-http"), func(args map[string]any) {
		args["fromPort"], args["toPort"] = 22, 22
	})
	hand.change(t, must(t, resources, "aws:ec2/instance:Instance web-host"), func(args map[string]any) {
		args["tags"] = map[string]any{"Name": "mine"}
	})
	hand.change(t, must(t, resources, "gcp:compute/disk:Disk database-data"), func(args map[string]any) {
		args["labels"] = map[string]any{"owner": "me"}
	})
	hand.change(t, must(t, resources, "aws:ssm/parameter:Parameter release"), func(args map[string]any) {
		args["insecureValue"] = `{"revision":"0000","bucket":"elsewhere","key":"none"}`
	})
	bundle := must(t, resources, "aws:s3/bucketObjectv2:BucketObjectv2 release")
	checksum := hand.output(bundle, "etag")
	hand.change(t, bundle, func(args map[string]any) {
		delete(args, "etag") // the new content's own
		args["contentBase64"] = base64.StdEncoding.EncodeToString([]byte("no bundle"))
	})
	require.NotEqual(t, checksum, hand.output(bundle, "etag"))

	booted.unreachable(t)
	require.False(t, connects(t, web.Container, "root", database.Address, 5432))
	require.False(t, connects(t, stranger, "root", web.Address, 443))
	require.True(t, connects(t, stranger, "root", web.Address, 22))

	booted.repair(t, "rules, tag, label, parameter and bundle changed by hand, repaired")
	require.True(t, connects(t, web.Container, "root", database.Address, 5432))
	require.True(t, connects(t, stranger, "root", web.Address, 443))
	require.True(t, connects(t, stranger, "root", web.Address, 80))
	require.False(t, connects(t, stranger, "root", web.Address, 22))
	require.False(t, connects(t, stranger, "root", database.Address, 5432))
	require.Equal(t, "crosscloud-"+twinName+"-web", booted.machine(t, state.AWS).Tags["Name"])
	repaired, err := state.Get[state.Parameter](booted.store(), desired.Name)
	require.NoError(t, err)
	require.Equal(t, desired.Value, repaired.Value)
	require.Equal(t, checksum, hand.output(bundle, "etag"), "a new VM would find no bundle")
	require.Equal(t, incarnations, booted.incarnations(t))
}
