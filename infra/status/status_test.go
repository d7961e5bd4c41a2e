package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/testneed"
	"crosscloud/infra/twin/cloud"
)

const (
	webRevision      = "3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e"
	databaseRevision = "d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1"
)

// clouds are two providers that know the one function each that a status needs.
type clouds struct {
	web, database func() (string, error)
	configured    map[string]map[string]string // by provider
	refuses       string                       // the provider that does not start
}

type parameterArgs struct {
	Name string `json:"name"`
}

type parameter struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Value string `json:"value"`
}

type objectArgs struct {
	Bucket string `json:"bucket"`
	Name   string `json:"name"`
}

type object struct {
	ID      string `json:"id"`
	Bucket  string `json:"bucket"`
	Name    string `json:"name"`
	Content string `json:"content"`
}

func (c *clouds) providers() []cloud.Provider {
	c.configured = map[string]map[string]string{}
	configure := func(name string) func(map[string]string) error {
		return func(settings map[string]string) error {
			c.configured[name] = settings
			if name == c.refuses {
				return errors.New("no valid credential sources found")
			}
			return nil
		}
	}
	return []cloud.Provider{
		{Name: "aws", Version: "6.83.2", Configure: configure("aws"), Functions: []cloud.Invoke{cloud.Function[parameterArgs, parameter]{
			Token: "aws:ssm/getParameter:getParameter", Required: []string{"name"}, Secret: []string{"value"},
			Call: func(_ context.Context, in parameterArgs) (parameter, error) {
				if in.Name != "/crosscloud/prod/status" {
					return parameter{}, fmt.Errorf("asked for %s", in.Name)
				}
				text, err := c.web()
				return parameter{in.Name, in.Name, text}, err
			},
		}}},
		{Name: "gcp", Version: "7.38.0", Configure: configure("gcp"), Functions: []cloud.Invoke{cloud.Function[objectArgs, object]{
			Token: "gcp:storage/getBucketObjectContent:getBucketObjectContent", Required: []string{"bucket", "name"},
			Call: func(_ context.Context, in objectArgs) (object, error) {
				if in.Bucket != "crosscloud-prod-db-status-0a" || in.Name != "status.json" {
					return object{}, fmt.Errorf("asked for %s/%s", in.Bucket, in.Name)
				}
				text, err := c.database()
				return object{in.Name, in.Bucket, in.Name, text}, err
			},
		}}},
	}
}

// project makes the stack prod of a project, in a backend of its own, and an environment that reaches the clouds' providers.
func project(t *testing.T, c *clouds, state string) (dir string) {
	t.Helper()
	if _, err := exec.LookPath("pulumi"); err != nil {
		testneed.Missing(t, "pulumi is not on PATH (make test installs it)")
	}
	var servers []string
	for _, provider := range c.providers() {
		port, err := cloud.Serve(t.Context(), provider)
		require.NoError(t, err)
		servers = append(servers, fmt.Sprintf("%s:%d", provider.Name, port))
	}
	dir = t.TempDir()
	backend := t.TempDir()
	for name, value := range map[string]string{
		"PULUMI_HOME":              t.TempDir(),
		"PULUMI_BACKEND_URL":       "file://" + backend,
		"PULUMI_CONFIG_PASSPHRASE": "only for this test",
		"PULUMI_SKIP_UPDATE_CHECK": "true",
		"STACK":                    "",
		"PULUMI_DEBUG_PROVIDERS":   strings.Join(servers, ","),
		"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
	} {
		t.Setenv(name, value)
	}
	t.Setenv("PULUMI_STACK", "") // restores it after the test
	os.Unsetenv("PULUMI_STACK")
	file := filepath.Join(dir, "Pulumi.yaml")
	require.NoError(t, os.WriteFile(file, []byte("name: crosscloud\nruntime: go\nconfig:\n  gcp:zone:\n    value: us-east4-a\n"), 0o600))
	runPulumi(t, dir, "stack", "init", "prod")
	runPulumi(t, dir, "config", "set", "aws:region", "us-east-1")
	runPulumi(t, dir, "config", "set", "--secret", "aws:secretKey", "c4n4ry")
	if state != "" {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "state.json"), []byte(state), 0o600))
		runPulumi(t, dir, "stack", "import", "--force", "--file", "state.json")
	}
	return dir
}

func runPulumi(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "pulumi", append(args, "--non-interactive")...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "pulumi %v:\n%s", args, out)
}

// noteArguments puts a pulumi first on PATH that writes down its arguments and is the real one.
func noteArguments(t *testing.T) (file string) {
	t.Helper()
	pulumi, err := exec.LookPath("pulumi")
	require.NoError(t, err)
	dir := t.TempDir()
	file = filepath.Join(dir, "arguments")
	script := fmt.Sprintf("#!/bin/sh\necho \"$@\" >>%s\nexec %s \"$@\"\n", file, pulumi)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "pulumi"), []byte(script), 0o755))
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	return file
}

// broughtUp is the state of a stack, as far as a status needs it.
var broughtUp = `{"version":3,"deployment":{"resources":[
	{"urn":"urn:pulumi:prod::crosscloud::pulumi:pulumi:Stack::crosscloud-prod","custom":false,"type":"pulumi:pulumi:Stack"},
	{"urn":"urn:pulumi:prod::crosscloud::crosscloud:database:Database::database","custom":false,"type":"crosscloud:database:Database",
		"outputs":{"revision":"` + databaseRevision + `","statusBucket":"crosscloud-prod-db-status-0a","statusObject":"status.json"}},
	{"urn":"urn:pulumi:prod::crosscloud::crosscloud:release:Channel::channel","custom":false,"type":"crosscloud:release:Channel",
		"outputs":{"desiredParameter":"/crosscloud/prod/desired","statusParameter":"/crosscloud/prod/status"}},
	{"urn":"urn:pulumi:prod::crosscloud::pulumi:providers:aws::p","custom":true,"id":"0c","type":"pulumi:providers:aws","inputs":{},"outputs":{}},
	{"urn":"urn:pulumi:prod::crosscloud::aws:ssm/parameter:Parameter::release","custom":true,"id":"/crosscloud/prod/desired",
		"type":"aws:ssm/parameter:Parameter","provider":"urn:pulumi:prod::crosscloud::pulumi:providers:aws::p::0c",
		"inputs":{"name":"/crosscloud/prod/desired","insecureValue":"{\"revision\":\"` + webRevision + `\"}"}}
]}}`

func publishes(revision, state string) func() (string, error) {
	return func() (string, error) {
		return fmt.Sprintf(`{"revision":%q,"state":%q,"hops":[{"name":"seen","ok":true}],"time":%q}`, revision, state, time.Now().UTC().Format(time.RFC3339)), nil
	}
}

func TestBothHostsAreShownWithTheStacksOwnProviders(t *testing.T) {
	c := &clouds{web: publishes(webRevision, "serving"), database: publishes(databaseRevision, "serving")}
	dir := project(t, c, broughtUp)
	arguments := noteArguments(t)
	var out strings.Builder
	require.NoError(t, run(t.Context(), &out, dir))
	noted, err := os.ReadFile(arguments)
	require.NoError(t, err)
	assert.Contains(t, string(noted), "aws:region=us-east-1")
	assert.NotContains(t, string(noted), "c4n4ry", "the list of processes is everybody's")
	assert.Contains(t, out.String(), "database: serving d1d1d1d1d1d1, as asked\n")
	assert.Contains(t, out.String(), "web host: serving 3e3e3e3e3e3e, as asked\n")
	assert.Equal(t, "us-east-1", c.configured["aws"]["region"])
	assert.Equal(t, "c4n4ry", c.configured["aws"]["secretKey"])
	assert.Equal(t, "us-east4-a", c.configured["gcp"]["zone"], "what the project sets for every stack counts, too")

	c.web = publishes(webRevision, "converging")
	c.database = func() (string, error) { return "", errors.New("googleapi: Error 403: Forbidden") }
	out.Reset()
	require.ErrorIs(t, run(t.Context(), &out, dir), errUnwell)
	assert.Contains(t, out.String(), "database: what it published can't be read: ")
	assert.Contains(t, out.String(), "Error 403: Forbidden")
	assert.Contains(t, out.String(), "web host: converging 3e3e3e3e3e3e, as asked (a run is under way)\n")
}

// Credentials of one cloud that expired must not hide what is said on the other.
func TestAProviderThatDoesNotStartHidesItsOwnHostOnly(t *testing.T) {
	c := &clouds{web: publishes(webRevision, "serving"), database: publishes(databaseRevision, "serving"), refuses: "aws"}
	dir := project(t, c, broughtUp)
	var out strings.Builder
	require.ErrorIs(t, run(t.Context(), &out, dir), errUnwell)
	assert.Contains(t, out.String(), "database: serving d1d1d1d1d1d1, as asked\n")
	assert.Contains(t, out.String(), "web host: what it published can't be read: ")
	assert.Contains(t, out.String(), "no valid credential sources found")
}

func TestACloudThatDoesNotAnswerHidesItsOwnHostOnly(t *testing.T) {
	c := &clouds{database: publishes(databaseRevision, "serving")}
	released := make(chan struct{})
	c.web = func() (string, error) {
		<-released
		return "{}", nil
	}
	t.Cleanup(func() { close(released) })
	stack, err := openStack(t.Context(), project(t, c, broughtUp), "")
	require.NoError(t, err)
	at, err := stack.whereabouts(t.Context())
	require.NoError(t, err)
	said, err := stack.ask(t.Context(), at, 5*time.Second)
	require.NoError(t, err)
	assert.NoError(t, said.database.err)
	assert.Contains(t, said.database.text, databaseRevision)
	assert.ErrorIs(t, said.web.err, context.DeadlineExceeded)
}

func TestWhoHasNoPulumiHearsWhatToDo(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	err := run(t.Context(), nil, ".")
	require.ErrorIs(t, err, exec.ErrNotFound)
	require.ErrorContains(t, err, "run `go run ./infra/twin make status`")
}

func TestAStackThatHasNoHostsIsNamed(t *testing.T) {
	dir := project(t, &clouds{}, "")
	require.EqualError(t, run(t.Context(), nil, dir), "stack \"prod\" has no hosts yet, or none any more: run `pulumi up`")
	t.Setenv("STACK", "other")
	require.ErrorContains(t, run(t.Context(), nil, dir), `read the state of stack "other"`)
	runPulumi(t, dir, "stack", "rm", "--yes", "prod")
	t.Setenv("STACK", "")
	require.EqualError(t, run(t.Context(), nil, dir), "no stack is selected: run `pulumi stack select NAME`, or set STACK=NAME")
}
