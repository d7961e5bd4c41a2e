package database

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestDataDiskIsProtectedOnDemand(t *testing.T) {
	for _, protect := range []bool{false, true} {
		r, _ := mustDeploy(t, func(a *Args) { a.ProtectData = protect })
		for name, res := range r.resources {
			wanted := protect && name == "db-data"
			assert.Equal(t, wanted, res.options.protect, name)
			assert.Equal(t, wanted, res.options.retainOnDelete, name)
		}
	}
}

func TestDataDiskIsAdopted(t *testing.T) {
	const id = "projects/p/zones/us-east4-a/disks/crosscloud-old-db-data"
	r, out := mustDeploy(t, func(a *Args) { a.AdoptDisk = id })
	disk := r.get(t, "db-data")
	assert.Equal(t, id, disk.options.importID)
	assert.Equal(t, "crosscloud-old-db-data", plain(disk.inputs["name"]))
	assert.Equal(t, id, out.diskID.value)
	// Without AdoptDisk, later, the adopted disk must not be replaced for having another name.
	r, _ = mustDeploy(t, nil)
	disk = r.get(t, "db-data")
	assert.Empty(t, disk.options.importID)
	assert.Equal(t, []string{"name"}, disk.options.ignoreChanges)
}
