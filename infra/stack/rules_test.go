package stack

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMachineTypesAreForAMD64(t *testing.T) {
	for _, right := range []string{"t3.micro", "m7i-flex.large", "g4dn.xlarge", "u7i-12tb.224xlarge"} {
		require.Empty(t, validInstanceType(right), right)
	}
	for _, arm := range []string{"t4g.micro", "c7gn.large", "im4gn.large", "g5g.xlarge", "a1.medium"} {
		require.Contains(t, validInstanceType(arm), "ARM", arm)
	}
	for _, right := range []string{"e2-small", "n2-standard-2", "custom-2-4096", "c4-standard-2"} {
		require.Empty(t, validMachineType(right), right)
	}
	for _, arm := range []string{"t2a-standard-1", "c4a-standard-1", "n4a-standard-1"} {
		require.Contains(t, validMachineType(arm), "ARM", arm)
	}
}
