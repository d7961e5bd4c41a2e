package cloud

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/asset"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"
)

const thingURN = "urn:pulumi:local::crosscloud::" + thingToken + "::web"

// dial serves a provider and returns a client that has shaken hands with it, as the engine does.
func dial(t *testing.T, p Provider) pulumirpc.ResourceProviderClient {
	port, err := Serve(t.Context(), p)
	require.NoError(t, err)
	conn, err := grpc.NewClient(fmt.Sprintf("127.0.0.1:%d", port), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	client := pulumirpc.NewResourceProviderClient(conn)
	_, err = client.Handshake(t.Context(), &pulumirpc.ProviderHandshakeRequest{EngineAddress: "127.0.0.1:1"})
	require.NoError(t, err)
	_, err = client.Configure(t.Context(), &pulumirpc.ConfigureRequest{AcceptSecrets: true, Args: pack(t, nil)})
	require.NoError(t, err)
	return client
}

var wireOptions = plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true, ComputeAssetHashes: true}

func pack(t *testing.T, props resource.PropertyMap) *structpb.Struct {
	packed, err := plugin.MarshalProperties(props, wireOptions)
	require.NoError(t, err)
	return packed
}

func unpack(t *testing.T, packed *structpb.Struct) resource.PropertyMap {
	props, err := plugin.UnmarshalProperties(packed, wireOptions)
	require.NoError(t, err)
	return props
}

func props(values map[string]any) resource.PropertyMap { return resource.NewPropertyMapFromMap(values) }

func secret(value string) resource.PropertyValue {
	return resource.MakeSecret(resource.NewStringProperty(value))
}

func TestLifeOfAResource(t *testing.T) {
	cloud := newThings(t)
	c := dial(t, cloud.provider())
	text, err := asset.FromText("hello")
	require.NoError(t, err)
	inputs := props(map[string]any{"name": "web", "size": 3, "zone": "a"})
	inputs["password"] = secret("hunter2")
	inputs["source"] = resource.NewAssetProperty(text)

	preview, err := c.Create(t.Context(), &pulumirpc.CreateRequest{Urn: thingURN, Properties: pack(t, inputs), Preview: true})
	require.NoError(t, err)
	outputs := unpack(t, preview.Properties)
	assert.Empty(t, preview.Id)
	assert.True(t, outputs["address"].IsComputed())
	assert.True(t, outputs["key"].IsSecret())
	assert.Equal(t, inputs["password"], outputs["password"])
	read, err := c.Read(t.Context(), &pulumirpc.ReadRequest{Id: "web", Urn: thingURN})
	require.NoError(t, err)
	assert.Empty(t, read.Id, "a preview creates nothing")

	created, err := c.Create(t.Context(), &pulumirpc.CreateRequest{Urn: thingURN, Properties: pack(t, inputs)})
	require.NoError(t, err)
	outputs = unpack(t, created.Properties)
	assert.Equal(t, "web", created.Id)
	assert.Equal(t, secret("hunter2"), outputs["password"], "a secret input is a secret output")
	assert.Equal(t, secret("k"), outputs["key"])
	assert.Equal(t, "198.18.0.9", outputs["address"].StringValue())

	news := inputs.Copy()
	news["size"] = resource.NewNumberProperty(5)
	request := &pulumirpc.UpdateRequest{Id: "web", Urn: thingURN, Olds: created.Properties, OldInputs: pack(t, inputs), News: pack(t, news), Preview: true}
	planned, err := c.Update(t.Context(), request)
	require.NoError(t, err)
	plan := unpack(t, planned.Properties)
	assert.Equal(t, "198.18.0.9", plan["address"].StringValue(), "what no update changes is known")
	assert.True(t, plan["revision"].IsComputed())
	request.Preview = false
	updated, err := c.Update(t.Context(), request)
	require.NoError(t, err)
	assert.EqualValues(t, 2, unpack(t, updated.Properties)["revision"].NumberValue())

	cloud.change(t, "web", func(v *Thing) { v.Size = 7; v.Labels = map[string]string{"by": "hand"} })
	read, err = c.Read(t.Context(), &pulumirpc.ReadRequest{Id: "web", Urn: thingURN, Properties: updated.Properties, Inputs: pack(t, news)})
	require.NoError(t, err)
	drifted := unpack(t, read.Inputs)
	assert.EqualValues(t, 7, drifted["size"].NumberValue())
	assert.Equal(t, secret("hunter2"), drifted["password"])
	assert.Contains(t, drifted, resource.PropertyKey("labels"))
	assert.NotContains(t, drifted, resource.PropertyKey("address"), "outputs are not inputs")
	assert.True(t, drifted["source"].IsAsset())

	imported, err := c.Read(t.Context(), &pulumirpc.ReadRequest{Id: "web", Urn: thingURN})
	require.NoError(t, err)
	assert.Equal(t, "web", imported.Id)
	assert.Equal(t, "web", unpack(t, imported.Inputs)["name"].StringValue())

	result, err := c.Invoke(t.Context(), &pulumirpc.InvokeRequest{Tok: "test:index/getThing:getThing", Args: pack(t, props(map[string]any{"name": "web"}))})
	require.NoError(t, err)
	assert.Equal(t, secret("hunter2"), unpack(t, result.Return)["password"])

	for range 2 { // the second finds nothing, which is what it wants
		_, err = c.Delete(t.Context(), &pulumirpc.DeleteRequest{Id: "web", Urn: thingURN, Properties: updated.Properties})
		require.NoError(t, err)
	}
	read, err = c.Read(t.Context(), &pulumirpc.ReadRequest{Id: "web", Urn: thingURN})
	require.NoError(t, err)
	assert.Empty(t, read.Id)
}

func TestRefusals(t *testing.T) {
	c := dial(t, newThings(t).provider())
	other := "urn:pulumi:local::crosscloud::test:index/other:Other::web"

	_, err := c.Check(t.Context(), &pulumirpc.CheckRequest{Urn: other})
	assert.ErrorContains(t, err, `provider test of the twin does not have the resource type "test:index/other:Other"`)
	_, err = c.Create(t.Context(), &pulumirpc.CreateRequest{Urn: other})
	assert.ErrorContains(t, err, "test:index/other:Other")
	_, err = c.Invoke(t.Context(), &pulumirpc.InvokeRequest{Tok: "test:index/getOther:getOther"})
	assert.ErrorContains(t, err, `provider test of the twin does not have the function "test:index/getOther:getOther"`)

	result, err := c.Invoke(t.Context(), &pulumirpc.InvokeRequest{Tok: "test:index/getThing:getThing", Args: pack(t, props(map[string]any{"nome": "web"}))})
	require.NoError(t, err)
	assert.Len(t, result.Failures, 2)

	_, err = c.Create(t.Context(), &pulumirpc.CreateRequest{Urn: thingURN, Properties: pack(t, props(map[string]any{"size": 1, "labels": map[string]any{"fail": "yes"}}))})
	assert.ErrorContains(t, err, "no capacity")
}

func TestProviderDescribesItself(t *testing.T) {
	var got map[string]string
	p := newThings(t).provider()
	p.Configure = func(config map[string]string) error {
		got = config
		if config["region"] == "nowhere" {
			return fmt.Errorf("unknown region %q", config["region"])
		}
		return nil
	}
	c := dial(t, p)

	info, err := c.GetPluginInfo(t.Context(), &emptypb.Empty{})
	require.NoError(t, err)
	assert.Equal(t, "1.2.3", info.Version)
	_, err = c.Attach(t.Context(), &pulumirpc.PluginAttach{Address: "127.0.0.1:1"})
	assert.NoError(t, err)
	described, err := c.GetSchema(t.Context(), &pulumirpc.GetSchemaRequest{})
	require.NoError(t, err)
	assert.Contains(t, described.Schema, `"requiredInputs":["size"]`)
	assert.Contains(t, described.Schema, thingToken)

	settings := resource.PropertyMap{"region": secret("us-east-1"), "tags": resource.NewObjectProperty(props(map[string]any{"a": "b"})), "later": unknown()}
	_, err = c.Configure(t.Context(), &pulumirpc.ConfigureRequest{AcceptSecrets: true, Args: pack(t, settings)})
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"region": "us-east-1", "tags": `{"a":"b"}`}, got)
	_, err = c.Configure(t.Context(), &pulumirpc.ConfigureRequest{Args: pack(t, props(map[string]any{"region": "nowhere"}))})
	assert.ErrorContains(t, err, `configure test: unknown region "nowhere"`)
}

func TestCancelEndsWhatIsUnderWay(t *testing.T) {
	started := make(chan struct{}, 1)
	cloud := newThings(t)
	kind := cloud.kind()
	kind.Create = func(ctx context.Context, _ string, in ThingArgs) (string, Thing, error) {
		started <- struct{}{}
		<-ctx.Done()
		return "", Thing{}, ctx.Err()
	}
	c := dial(t, Provider{Name: "test", Version: "1.2.3", Resources: []Resource{kind}})
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	failed := make(chan error, 1)
	request := &pulumirpc.CreateRequest{Urn: thingURN, Properties: pack(t, props(map[string]any{"size": 1}))}
	create := func() {
		_, err := c.Create(ctx, request)
		failed <- err
	}

	go create()
	<-started
	_, err := c.Cancel(ctx, &emptypb.Empty{})
	require.NoError(t, err)
	assert.ErrorContains(t, <-failed, context.Canceled.Error())

	request.Timeout = 0.1
	go create()
	<-started
	assert.ErrorContains(t, <-failed, context.DeadlineExceeded.Error(), "a resource's own time limit ends it, too")
	assert.NoError(t, ctx.Err())
}
