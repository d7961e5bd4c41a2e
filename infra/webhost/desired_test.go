package webhost

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/boottest"
	"crosscloud/infra/operation"
)

var example = desired{
	Image:        "111122223333.dkr.ecr.us-east-1.amazonaws.com/crosscloud-test@sha256:" + strings.Repeat("ab", 32),
	Address:      "203.0.113.7",
	Database:     endpoint{Address: databaseAddress, Port: databasePort},
	DatabaseCA:   "-----BEGIN CERTIFICATE-----\nZXhhbXBsZQ==\n-----END CERTIFICATE-----\n",
	DatabaseURL:  secret{Parameter: "/crosscloud/test/database-url", Version: 3},
	Slots:        slots,
	AdminSSHKeys: []string{"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGV4YW1wbGU= ops"},
	Operations:   []operation.Operation{{ID: "restart-1", Kind: "restart"}},
}

func TestBundleHasEverythingThatTheMachineRuns(t *testing.T) {
	packed, err := pack(example)
	require.NoError(t, err)
	files := unpack(t, packed.Bytes)
	boottest.Golden(t, "desired.json", files["desired.json"])
	for _, name := range []string{"converge", "agent/agent.sh", "lib/rollout.sh", "units/crosscloud-app.container", "nginx/nginx.conf", "nginx/crosscloud/upstream.conf"} {
		assert.NotEmpty(t, files[name], name)
	}
}

func TestBundleChangesOnlyWithTheDesiredState(t *testing.T) {
	one, err := pack(example)
	require.NoError(t, err)
	two, err := pack(example)
	require.NoError(t, err)
	assert.Equal(t, one.SHA256, two.SHA256)

	newer := example
	newer.DatabaseURL.Version++
	three, err := pack(newer)
	require.NoError(t, err)
	assert.NotEqual(t, one.SHA256, three.SHA256)
}

func TestImageMustBeNamedByDigest(t *testing.T) {
	tagged := example
	tagged.Image = "111122223333.dkr.ecr.us-east-1.amazonaws.com/crosscloud-test:latest"
	_, err := pack(tagged)
	assert.ErrorContains(t, err, "not named by digest")
}

func TestNoAdministratorsIsAnEmptyList(t *testing.T) {
	closed := example
	closed.AdminSSHKeys = nil
	packed, err := pack(closed)
	require.NoError(t, err)
	assert.Contains(t, string(unpack(t, packed.Bytes)["desired.json"]), `"adminSshKeys": []`)
}

func TestOperationsHaveRoomInTheStatus(t *testing.T) {
	busy := example
	busy.Operations = make([]operation.Operation, maxOperations+1)
	_, err := pack(busy)
	assert.ErrorContains(t, err, "11 operations for the web host, and its status reports on 10: remove old ones")
}

func unpack(t *testing.T, archive []byte) map[string][]byte {
	t.Helper()
	uncompressed, err := gzip.NewReader(bytes.NewReader(archive))
	require.NoError(t, err)
	files := map[string][]byte{}
	tarball := tar.NewReader(uncompressed)
	for {
		header, err := tarball.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		require.NoError(t, err)
		files[header.Name], err = io.ReadAll(tarball)
		require.NoError(t, err)
	}
}
