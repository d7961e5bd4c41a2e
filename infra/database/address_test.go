package database

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
		_, err := ReserveAddress(ctx, "db-address", &AddressArgs{Region: "us-east4", Adopt: adopt})
		return err
	}))
	return monitor.One(t, "gcp:compute/address:Address")
}

func TestAnAdoptedAddressKeepsItsNameAndOutlivesTheStack(t *testing.T) {
	const id = "projects/p/regions/us-east4/addresses/our-database"
	adopted := reserve(t, id)
	assert.Equal(t, id, adopted.Options.GetImportId())
	assert.Equal(t, "our-database", adopted.Plain()["name"])
	assert.Equal(t, []string{"name", "description", "labels", "addressType", "networkTier"}, adopted.Options.GetIgnoreChanges())
	assert.True(t, adopted.Options.GetRetainOnDelete())

	// Without Adopt, later, the address must not be replaced for its name or description.
	own := reserve(t, "")
	assert.Empty(t, own.Options.GetImportId())
	assert.Equal(t, []string{"name", "description"}, own.Options.GetIgnoreChanges())
	assert.False(t, own.Options.GetRetainOnDelete())
}
