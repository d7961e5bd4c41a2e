package database

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDataDiskIsProtectedOnDemand(t *testing.T) {
	for _, protect := range []bool{false, true} {
		m, _ := mustDeploy(t, func(a *Args) { a.ProtectData = protect })
		for _, res := range m.Resources() {
			wanted := protect && res.Name == "db-data"
			assert.Equal(t, wanted, res.Options.GetProtect(), res.Name)
			assert.Equal(t, wanted, res.Options.GetRetainOnDelete(), res.Name)
		}
	}
}

func TestDataDiskIsAdopted(t *testing.T) {
	const id = "projects/p/zones/us-east4-a/disks/crosscloud-old-db-data"
	m, out := mustDeploy(t, func(a *Args) { a.AdoptDisk = id })
	disk := m.Named(t, "db-data")
	assert.Equal(t, id, disk.Options.GetImportId())
	assert.Equal(t, "crosscloud-old-db-data", disk.Plain()["name"])
	assert.Equal(t, id, out.diskID.value)
	// Without AdoptDisk, later, the adopted disk must not be replaced for having another name.
	m, _ = mustDeploy(t, nil)
	disk = m.Named(t, "db-data")
	assert.Empty(t, disk.Options.GetImportId())
	assert.Equal(t, []string{"name", "zone"}, disk.Options.GetIgnoreChanges())
}

func TestDataDiskIsNeverDeletedForAReplacement(t *testing.T) {
	for _, protect := range []bool{false, true} {
		m, _ := mustDeploy(t, func(a *Args) { a.ProtectData = protect })
		options := m.Named(t, "db-data").Options
		assert.True(t, options.GetDeleteBeforeReplaceDefined(), "the provider would decide otherwise, as the name is given")
		assert.False(t, options.GetDeleteBeforeReplace())
	}
}

func TestVMIsWhereItsDataIs(t *testing.T) {
	m, _, err := deploy(t, func(a *Args) { a.Zone = "us-east4-b" })
	require.ErrorContains(t, err, "the data disk db-data is in zone us-east4-a and can't move to us-east4-b: set gcp:zone to us-east4-a again")
	assert.Empty(t, m.Of("gcp:compute/instance:Instance"))
}
