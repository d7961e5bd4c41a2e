package hoststatus

import (
	"context"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/monitortest"
)

// A provider that hangs must not hold up what has a deadline.
func TestNoReadOutlivesItsDeadline(t *testing.T) {
	var monitor monitortest.Monitor
	require.NoError(t, monitor.Run(func(ctx *pulumi.Context) error {
		outstanding, resolve, _ := ctx.NewOutput()
		defer resolve("too late")
		until, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := await(until, outstanding)
		assert.ErrorIs(t, err, context.Canceled)
		return nil
	}))
}
