package webhost

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/monitortest"
)

func reserve(t *testing.T, adopt string) monitortest.Resource {
	t.Helper()
	var monitor monitortest.Monitor
	require.NoError(t, monitor.Run(func(ctx *pulumi.Context) error {
		_, err := ReserveAddress(ctx, "web-address", AddressArgs{Name: "crosscloud-test", Adopt: adopt})
		return err
	}))
	return monitor.One(t, "aws:ec2/eip:Eip")
}

func TestAnAdoptedAddressKeepsItsTagsAndOutlivesTheStack(t *testing.T) {
	adopted := reserve(t, "eipalloc-0123456789abcdef0")
	assert.Equal(t, "eipalloc-0123456789abcdef0", adopted.Options.GetImportId())
	assert.Equal(t, []string{"tags"}, adopted.Options.GetIgnoreChanges())
	assert.True(t, adopted.Options.GetRetainOnDelete())

	own := reserve(t, "")
	assert.Empty(t, own.Options.GetImportId())
	assert.Empty(t, own.Options.GetIgnoreChanges())
	assert.False(t, own.Options.GetRetainOnDelete())
}
