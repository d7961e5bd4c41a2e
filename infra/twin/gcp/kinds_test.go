package gcp

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/cloud/cloudtest"
	"crosscloud/infra/twin/state"
)

func TestAddressesComeFromGooglesPartOfTheTwin(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.enable()
	seen := map[any]bool{}
	for i := range 300 {
		a := p.MustUp(addressToken, fmt.Sprintf("ip-%d", i), object{}).Output("address")
		assert.Regexp(t, `^198\.18\.3[23]\.([1-9]\d?|1\d\d|2[0-4]\d|25[0-4])$`, a)
		assert.False(t, seen[a], a)
		seen[a] = true
	}
	first := p.Get("ip-0")
	assert.Regexp(t, `^projects/my-project-123/regions/us-east4/addresses/ip-0-[0-9a-f]{7}$`, first.ID)
	require.NoError(t, p.Destroy("ip-0"))
	assert.Equal(t, first.Output("address"), p.MustUp(addressToken, "again", object{}).Output("address"))

	labelled := p.MustUp(addressToken, "again", object{"labels": object{"a": "b"}})
	assert.Equal(t, cloudtest.Updated, labelled.Change)
	preview, err := p.Preview(addressToken, "again", object{"labels": object{"a": "c"}})
	require.NoError(t, err)
	assert.Equal(t, labelled.Output("address"), preview["address"].StringValue(), "new labels do not make the address unknown")
	assert.Equal(t, cloudtest.Replaced, p.MustUp(addressToken, "again", object{"region": "us-central1"}).Change)
}

func TestDiskGrowsInPlaceAndIsReplacedToShrink(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.enable()
	size := func(gb int) object { return object{"name": "data", "size": gb} }
	p.MustUp(diskToken, "data", size(20))
	assert.Equal(t, cloudtest.Updated, p.MustUp(diskToken, "data", size(30)).Change)
	assert.Equal(t, map[string]int{"data": 30}, p.machines.Disks())
	shrunk := p.MustUp(diskToken, "data", size(10))
	assert.Equal(t, cloudtest.Replaced, shrunk.Change)
	assert.Contains(t, shrunk.Diff, "size")
	assert.Equal(t, map[string]int{"data": 10}, p.machines.Disks())
}

func TestDiskInUseGrowsButCannotBeReplaced(t *testing.T) {
	t.Parallel()
	// Deleted first, as the provider asks for, or made first, as a program can ask for.
	for deleteFirst, refusal := range map[bool]string{
		true:  "a real provider would take it out of the VM and delete it with its data",
		false: "googleapi: Error 409: The resource 'projects/my-project-123/zones/us-east4-a/disks/db-data' already exists",
	} {
		p := newProject(t)
		p.needs()
		p.MustUp(instanceToken, "vm", p.vm(nil))
		args := object{"name": "db-data", "size": 40, "type": "pd-balanced"}
		assert.Equal(t, cloudtest.Updated, p.MustUp(diskToken, "data", args).Change)
		p.DeleteBeforeReplace = &deleteFirst
		args["size"] = 20
		_, err := p.Up(diskToken, "data", args)
		require.ErrorContains(t, err, refusal)
		assert.Equal(t, 40, p.machines.Disks()["db-data"])
	}
}

func TestSubnetIsExpandedInPlace(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.enable()
	network := p.MustUp(networkToken, "network", object{"autoCreateSubnetworks": false}).ID
	subnet := func(cidr string) cloudtest.Resource {
		return p.MustUp(subnetToken, "subnet", object{"name": "s", "network": network, "ipCidrRange": cidr})
	}
	assert.Equal(t, "10.0.1.1", subnet("10.0.1.0/24").Output("gatewayAddress"))
	assert.Equal(t, cloudtest.Updated, subnet("10.0.0.0/16").Change)
	assert.Equal(t, cloudtest.Replaced, subnet("10.0.1.0/24").Change)
	assert.Equal(t, cloudtest.Replaced, subnet("10.1.0.0/24").Change)
}

func TestNetworkMayBeNamedInThreeWays(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.enable()
	n := p.MustUp(networkToken, "network", object{"name": "net", "autoCreateSubnetworks": false})
	for i, ref := range []any{n.ID, n.Output("selfLink"), n.Output("name"), "global/networks/net"} {
		name := fmt.Sprintf("s%d", i)
		p.MustUp(subnetToken, name, object{"network": ref, "ipCidrRange": fmt.Sprintf("10.0.%d.0/24", i)})
	}
	require.ErrorContains(t, p.Destroy("network"), "already being used")
}

func TestSecretsAndWhoMayReadThem(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.needs()
	const id = "projects/my-project-123/secrets/db-tls-key"
	s := p.MustUp(secretToken, "key", object{"secretId": "db-tls-key", "replication": replicas})
	assert.Equal(t, id, s.ID)
	assert.Equal(t, id, s.Output("name"))

	first := p.MustUp(versionToken, "version", object{"secret": id, "secretData": "one"})
	assert.Equal(t, id+"/versions/1", first.ID)
	assert.Equal(t, "1", first.Output("version"))
	assert.True(t, first.Secret("secretData"))
	stored, err := state.Get[state.SecretVersion](p.store, first.ID)
	require.NoError(t, err)
	assert.Equal(t, "one", string(stored.Data))

	second := p.MustUp(versionToken, "version", object{"secret": id, "secretData": "two"})
	assert.Equal(t, cloudtest.Replaced, second.Change)
	assert.Equal(t, id+"/versions/2", second.ID)
	stored, err = state.Get[state.SecretVersion](p.store, first.ID)
	require.NoError(t, err)
	assert.Equal(t, state.VersionDestroyed, stored.State)
	assert.Empty(t, stored.Data)

	disabled := p.MustUp(versionToken, "version", object{"secret": id, "secretData": "two", "enabled": false})
	assert.Equal(t, cloudtest.Updated, disabled.Change)
	stored, err = state.Get[state.SecretVersion](p.store, second.ID)
	require.NoError(t, err)
	assert.Equal(t, state.VersionDisabled, stored.State)

	role, who := "roles/secretmanager.secretAccessor", "serviceAccount:"+email
	reader := p.MustUp(readerToken, "reader", object{"secretId": id, "role": role, "member": who})
	assert.Equal(t, id+"/"+role+"/"+who, reader.ID)
	binding := state.Binding{Resource: id, Role: role, Member: who}
	got, err := state.Get[state.Binding](p.store, state.BindingID(binding))
	require.NoError(t, err)
	assert.NotZero(t, got.Made)
	p.MustUp(readerToken, "again", object{"secretId": id, "role": role, "member": who})
	binding.Made = got.Made
	got, err = state.Get[state.Binding](p.store, state.BindingID(binding))
	require.NoError(t, err)
	assert.Equal(t, binding, got, "a grant that stood is not late again")

	for _, name := range []string{"key", "version", "reader"} {
		require.True(t, p.Refresh(name), name)
	}
	assert.Equal(t, cloudtest.Same, p.MustUp(readerToken, "reader", object{"secretId": "db-tls-key", "role": role, "member": who}).Change)
	assert.Equal(t, cloudtest.Same, p.MustUp(versionToken, "version", object{"secret": id, "secretData": "two", "enabled": false}).Change)
	assert.Equal(t, cloudtest.Updated, p.MustUp(secretToken, "key", object{
		"secretId": "db-tls-key", "replication": replicas, "labels": object{"part": "database"},
	}).Change)

	require.NoError(t, p.Destroy("key"))
	for _, name := range []string{"version", "reader"} {
		require.False(t, p.Refresh(name), "%s goes with its secret", name)
	}
	left, err := state.List[state.Secret](p.store)
	require.NoError(t, err)
	assert.Empty(t, left, "nothing that would be in the way of another of this name")
}

func TestServiceAccount(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.needs()
	a := p.Get("host")
	assert.Equal(t, "projects/my-project-123/serviceAccounts/"+email, a.ID)
	assert.Equal(t, email, a.Output("email"))
	assert.Equal(t, "serviceAccount:"+email, a.Output("member"))
	assert.Equal(t, cloudtest.Updated, p.MustUp(accountToken, "host", object{"accountId": "db-host", "displayName": "x"}).Change)
	secret := p.MustUp(secretToken, "key", object{"secretId": "key", "replication": replicas}).ID
	p.MustUp(readerToken, "reader", object{"secretId": secret, "role": "roles/secretmanager.viewer", "member": a.Output("member")})
	assert.Equal(t, cloudtest.Replaced, p.MustUp(accountToken, "host", object{"accountId": "db-host-2"}).Change)
	assert.False(t, p.Refresh("reader"), "an account takes its grants with it")
}

func TestImages(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.enable()
	found, err := p.Call("gcp:compute/getImage:getImage", object{"family": "debian-13", "project": "debian-cloud"})
	require.NoError(t, err)
	assert.Equal(t, images[len(images)-1].name, found["name"])
	assert.Equal(t, "https://www.googleapis.com/compute/v1/projects/debian-cloud/global/images/"+images[len(images)-1].name, found["selfLink"])
	older, err := p.Call("gcp:compute/getImage:getImage", object{"name": images[0].name, "project": "debian-cloud"})
	require.NoError(t, err)
	assert.Equal(t, "debian-13", older["family"])
	for _, args := range []object{
		{"family": "debian-14", "project": "debian-cloud"}, {"family": "debian-13"}, {"name": "debian-13", "project": "debian-cloud"},
	} {
		_, err := p.Call("gcp:compute/getImage:getImage", args)
		assert.ErrorContains(t, err, "Error 404")
	}
	for _, ref := range []string{
		found["selfLink"].(string), found["id"].(string), "debian-cloud/debian-13", "debian-cloud/" + found["name"].(string),
		"projects/debian-cloud/global/images/family/debian-13",
	} {
		i, err := resolveImage(ref)
		require.NoError(t, err)
		assert.Equal(t, found["name"], i.name)
	}
}

func TestProviderSettings(t *testing.T) {
	t.Parallel()
	g := &gcp{}
	require.NoError(t, g.configure(map[string]string{"project": "p-12345", "zone": "europe-west1-b"}))
	assert.Equal(t, "europe-west1", g.region)
	require.ErrorContains(t, g.configure(map[string]string{"zone": "europe-west1-a"}), "Invalid value for field 'zone': 'europe-west1-a'. Unknown zone.")
	require.ErrorContains(t, g.configure(map[string]string{"region": "eu-west-1"}), `unknown region "eu-west-1"`)
	require.ErrorContains(t, g.configure(map[string]string{"region": "us-east4", "defaultLabels": "{}"}), "gcp:defaultLabels: the twin knows")
}

func TestWhatIsGoneDoesNotComeBackByAnUpdate(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.needs()
	require.NoError(t, state.Delete[Firewall](p.store, p.Get("postgres").ID))
	args := p.rule()
	args["sourceRanges"] = []any{"198.51.100.7/32"}
	_, err := p.Up(firewallToken, "postgres", args)
	require.ErrorContains(t, err, "Error 404")
	require.False(t, p.Refresh("postgres"))
}
