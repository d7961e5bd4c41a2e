package stack

import (
	"fmt"
	"net/netip"
	"os/exec"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/database"
	"crosscloud/infra/testneed"
	"crosscloud/infra/twin/aws"
	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/gcp"
	"crosscloud/infra/twin/state"
	"crosscloud/infra/webhost"
)

// addresses is a program that reserves or adopts both addresses.
func addresses(stack, adoptWeb, adoptDatabase string) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		web, err := webhost.ReserveAddress(ctx, "web-address", webhost.AddressArgs{
			Name: stack, Tags: map[string]string{"stack": stack}, Adopt: adoptWeb,
		})
		if err != nil {
			return err
		}
		db, err := database.ReserveAddress(ctx, "database-address", &database.AddressArgs{Region: "us-east4", Adopt: adoptDatabase})
		if err != nil {
			return err
		}
		ctx.Export("allocation", web.AllocationID)
		ctx.Export("web", web.IP)
		ctx.Export("database", db.IPv4)
		return nil
	}
}

// The real engine, on the twin's kinds: a stack takes addresses over as they are, and leaves them behind when it goes.
func TestAdoptedAddressesOutliveTheirStack(t *testing.T) {
	if _, err := exec.LookPath("pulumi"); err != nil {
		testneed.Missing(t, "pulumi is not on PATH (make test installs it)")
	}
	dir := t.TempDir()
	env := cloud.Env{
		Store: state.Open(dir), Dir: dir, Subnet: netip.MustParsePrefix("198.18.0.0/16"),
		Account: "111122223333", Region: "us-east-1", Project: "crosscloud-twin",
	}
	var servers []string
	for _, provider := range []cloud.Provider{aws.Provider(env), gcp.Provider(env)} {
		port, err := cloud.Serve(t.Context(), provider)
		require.NoError(t, err)
		servers = append(servers, fmt.Sprintf("%s:%d", provider.Name, port))
	}
	backend := t.TempDir()
	up := func(name string, program pulumi.RunFunc) (auto.Stack, map[string]any) {
		t.Helper()
		stack, err := auto.UpsertStackInlineSource(t.Context(), name, "crosscloud", program, auto.WorkDir(t.TempDir()), auto.EnvVars(map[string]string{
			"PULUMI_HOME":                                 backend,
			"PULUMI_BACKEND_URL":                          "file://" + backend,
			"PULUMI_CONFIG_PASSPHRASE":                    "only for this test",
			"PULUMI_SKIP_UPDATE_CHECK":                    "true",
			"PULUMI_DEBUG_PROVIDERS":                      strings.Join(servers, ","),
			"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
		}))
		require.NoError(t, err)
		require.NoError(t, stack.SetAllConfig(t.Context(), auto.ConfigMap{
			"aws:region": {Value: "us-east-1"}, "gcp:project": {Value: env.Project}, "gcp:region": {Value: "us-east4"},
		}))
		result, err := stack.Up(t.Context())
		require.NoError(t, err)
		outputs := map[string]any{}
		for key, output := range result.Outputs {
			outputs[key] = output.Value
		}
		return stack, outputs
	}

	_, before := up("old", addresses("old", "", ""))
	allocation := before["allocation"].(string)
	const databaseAddress = "projects/crosscloud-twin/regions/us-east4/addresses/crosscloud-old-db-ip"

	adopting := addresses("new", allocation, databaseAddress)
	stack, after := up("new", adopting)
	require.Equal(t, before, after)
	_, again := up("new", adopting)
	require.Equal(t, before, again)

	_, err := stack.Destroy(t.Context())
	require.NoError(t, err)
	_, kept := up("heir", addresses("heir", allocation, databaseAddress))
	require.Equal(t, before, kept, "they are there for the next one")
}
