package database

import (
	"testing"

	"github.com/stretchr/testify/assert"
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
	assert.Equal(t, []string{"name"}, disk.Options.GetIgnoreChanges())
}
