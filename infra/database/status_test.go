package database

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestStatusIsPrivateToItsReadersAndTheHosts(t *testing.T) {
	m, _ := mustDeploy(t, nil)
	assert.Equal(t, map[string]any{
		"name":                     statusBucket,
		"location":                 "us-east4",
		"uniformBucketLevelAccess": true,
		"publicAccessPrevention":   "enforced",
		"forceDestroy":             true,
		"softDeletePolicy":         map[string]any{"retentionDurationSeconds": 0.0},
		"labels":                   map[string]any{"project": "crosscloud", "stack": "test", "part": "database"},
	}, m.Named(t, "db-status").Plain())

	document := m.Named(t, "db-status-document")
	assert.Equal(t, map[string]any{
		"bucket": statusBucket, "name": "status.json", "contentType": "application/json", "content": "{}",
	}, document.Plain())
	assert.Equal(t, []string{"content", "detectMd5hash"}, document.Options.GetIgnoreChanges(), "the host writes it from then on")
}

// Their names are Google's to give once; the other regional resources' names count in their region only.
func TestAnotherRegionMeetsNoNameThatIsTaken(t *testing.T) {
	m, _ := mustDeploy(t, nil)
	assert.Equal(t, map[string]any{"region": "us-east4"}, m.Named(t, "db-status-suffix").Plain()["keepers"])
	assert.True(t, m.Named(t, "db-server-key-secret").Options.GetDeleteBeforeReplace())
}
