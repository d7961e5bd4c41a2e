package gcp

import (
	"testing"

	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/cloud/cloudtest"
)

// elsewhere is a second project, with all APIs on.
const elsewhere = "my-project-456"

// changes has the table of every kind: what happens when one of its arguments changes, as Terraform's provider, which
// Pulumi's is made of, has it in its schema (ForceNew) and in its code.
var changes = map[string]func(project) cloudtest.Kind{
	serviceToken: serviceChanges,
	networkToken: networkChanges, subnetToken: subnetChanges, addressToken: addressChanges, firewallToken: firewallChanges,
	diskToken: diskChanges, instanceToken: instanceChanges,
	accountToken: accountChanges,
	secretToken:  secretChanges, versionToken: versionChanges, readerToken: readerChanges,
	bucketToken: bucketChanges, bucketMemberToken: bucketMemberChanges, objectToken: objectChanges,
}

func TestWhatAChangeDoes(t *testing.T) {
	t.Parallel()
	for _, token := range cloud.Tokens(Provider(cloud.Env{})) {
		t.Run(token, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, changes, token, "what does a change of each of its arguments do?")
			cloudtest.TryChanges(t, func(t *testing.T) cloudtest.Kind { return newBench(t).kind(token, changes[token]) })
		})
	}
}

// newBench is a project with what all tables need, beside another.
func newBench(t *testing.T) project {
	t.Helper()
	p := newProject(t)
	p.needs()
	p.enableIn(elsewhere, "-elsewhere")
	p.MustUp(networkToken, "network2", object{"name": "other", "autoCreateSubnetworks": false})
	return p
}

func (p project) kind(token string, table func(project) cloudtest.Kind) cloudtest.Kind {
	k := table(p)
	k.Stack, k.Token = p.Stack, token
	return k
}
