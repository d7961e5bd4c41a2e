package aws

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"crosscloud/infra/twin/cloud/cloudtest"
)

// upstream has what Pulumi's provider 6 wraps: the last of the line 5 of the Terraform provider. Its schemas say what
// forces a new resource (ForceNew, RequiresReplace), its update functions what stops a machine.
const upstream = "https://github.com/hashicorp/terraform-provider-aws/blob/v5.100.0/internal/service/"

// table is a kind's table of changes. It gets a fixture of its own, and makes what the kind's resources need.
type table func(*fixture) cloudtest.Kind

// changes has every kind of the provider. Where a change is refused, the twin plays only one of the values, or the cloud
// takes no other for a resource that exists.
var changes = map[string]table{
	vpcToken: vpcChanges, subnetToken: subnetChanges, gatewayToken: gatewayChanges, tableToken: routeTableChanges,
	tableUseToken: routeTableAssociationChanges, routeToken: routeChanges,
	groupToken: securityGroupChanges, ingressToken: ruleChanges("ingress"), egressToken: ruleChanges("egress"),
	interfaceToken: networkInterfaceChanges, addressToken: addressChanges, associationToken: addressAssociationChanges,
	instanceToken: instanceChanges, powerToken: instanceStateChanges,
	roleToken: roleChanges, rolePolicyToken: rolePolicyChanges, profileToken: instanceProfileChanges,
	parameterToken: parameterChanges,
	bucketToken:    bucketChanges, objectToken: objectChanges, publicAccessBlockToken: publicAccessBlockChanges,
	encryptionToken: encryptionChanges, versioningToken: versioningChanges, lifecycleToken: lifecycleChanges,
	repositoryToken: repositoryChanges, lifecyclePolicyToken: lifecyclePolicyChanges,
}

func TestWhatAChangeDoes(t *testing.T) {
	assert.Len(t, changes, len(newFixture(t).account.provider().Resources), "every kind has a table")
	for token, table := range changes {
		t.Run(token, func(t *testing.T) {
			cloudtest.TryChanges(t, func(t *testing.T) cloudtest.Kind {
				f := newFixture(t)
				k := table(f)
				k.Stack, k.Token, k.Source = f.Stack, token, upstream+k.Source
				return k
			})
		})
	}
}

// some are tags that nothing has before.
var some = values{"team": "web"}
