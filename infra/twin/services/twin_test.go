package services_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/services"
	"crosscloud/infra/twin/services/gcpauth"
	"crosscloud/infra/twin/state"
)

const (
	region = "us-east-1"
	trust  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	email  = "database@todo-123.iam.gserviceaccount.com"

	// The machines call from addresses of their own on the loopback.
	webAddress, databaseAddress, stranger = "127.0.0.2", "127.0.0.3", "127.0.0.4"

	// Secrets whose trace in the log would be found.
	databaseURL, serverKey = "canary-database-url", "canary-server-key"
)

type twin struct {
	t     *testing.T
	dir   string
	store *state.Store
	at    services.Listeners
	stop  func()
	log   logBuffer
}

type logBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}

func newTwin(t *testing.T) *twin {
	tw := &twin{t: t, dir: t.TempDir()}
	tw.store = state.Open(filepath.Join(tw.dir, "state"))
	put(t, tw.store, "i-1", state.Machine{ID: "i-1", Cloud: state.AWS, Address: webAddress, PrivateAddress: "10.20.1.10", Region: region, Zone: "us-east-1a", Identity: "web", Running: true})
	put(t, tw.store, "projects/todo-123/zones/us-east4-a/instances/database", state.Machine{ID: "42", Cloud: state.GCP, Name: "database", Address: databaseAddress, Identity: email, Scopes: []string{gcpauth.CloudPlatform}, Running: true})
	put(t, tw.store, "web", state.InstanceProfile{Name: "web", Role: "web"})
	put(t, tw.store, "web", state.Role{Name: "web", ID: "AROAEXAMPLE", TrustPolicy: trust, Policies: map[string]string{"own": `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":["ssm:GetParameter","ssm:PutParameter"],"Resource":"arn:aws:ssm:us-east-1:111122223333:parameter/crosscloud/local/*"},
		{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::assets/bundles/*"}]}`}})
	put(t, tw.store, "/crosscloud/local/database-url", state.Parameter{Name: "/crosscloud/local/database-url", Type: "SecureString", Value: databaseURL, Version: 1})
	put(t, tw.store, "crosscloud-local", state.Repository{Name: "crosscloud-local", ImmutableTags: true})
	secret := "projects/todo-123/secrets/server-key"
	put(t, tw.store, secret, state.Secret{Project: "todo-123", Name: "server-key"})
	put(t, tw.store, secret+"/versions/1", state.SecretVersion{Secret: secret, Number: 1, Data: []byte(serverKey)})
	binding := state.Binding{Resource: secret, Role: "roles/secretmanager.secretAccessor", Member: "serviceAccount:" + email}
	put(t, tw.store, state.BindingID(binding), binding)
	put(t, tw.store, "todo-status", state.StorageBucket{Name: "todo-status", Project: "todo-123", StorageClass: "STANDARD"})
	binding = state.Binding{Resource: "b/todo-status", Role: "roles/storage.objectUser", Member: "serviceAccount:" + email}
	put(t, tw.store, state.BindingID(binding), binding)
	objects, err := state.Objects(tw.store)
	require.NoError(t, err)
	require.NoError(t, objects.CreateBucket("assets"))
	_, err = objects.PutObject("assets", "bundles/1.tar.gz", map[string]string{}, strings.NewReader("bundle"), 6, nil)
	require.NoError(t, err)
	tw.start()
	t.Cleanup(func() { tw.stop() })
	return tw
}

func put[T any](t *testing.T, s *state.Store, id string, v T) {
	require.NoError(t, state.Put(s, id, v))
}

// start serves on free ports of the loopback until stop.
func (tw *twin) start() {
	l, err := services.Listen(services.Addresses{TLS: "127.0.0.1:0", Metadata: "127.0.0.1:0", DoorHTTPS: "127.0.0.1:0", DoorHTTP: "127.0.0.1:0"})
	require.NoError(tw.t, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	log := slog.New(slog.NewJSONHandler(&tw.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	go func() { done <- services.Serve(ctx, services.Options{Dir: tw.dir, Log: log}, l) }()
	tw.at = l
	tw.stop = sync.OnceFunc(func() {
		cancel()
		select {
		case err := <-done:
			assert.NoError(tw.t, err)
		case <-time.After(5 * time.Second):
			tw.t.Error("the services do not end")
		}
	})
	require.EventuallyWithT(tw.t, func(c *assert.CollectT) {
		assert.FileExists(c, filepath.Join(tw.dir, "ca", "ca.crt"))
	}, 5*time.Second, 10*time.Millisecond)
}

// curl runs on a machine: from its address, with the twin's CA in its trust store and with its hosts file. Config goes to
// the standard input, where secrets belong.
func (tw *twin) curl(from, config string, args ...string) (status int, body string, err error) {
	tw.t.Helper()
	all := []string{"--silent", "--show-error", "--config", "-", "--interface", from, "--max-time", "20",
		"--cacert", filepath.Join(tw.dir, "ca", "ca.crt"), "--write-out", "\n%{http_code}",
		"--connect-to", "169.254.169.254:80:" + tw.at.Metadata.Addr().String(),
		"--connect-to", "metadata.google.internal:80:" + tw.at.Metadata.Addr().String(),
		"--connect-to", ":443:" + tw.at.TLS.Addr().String(),
	}
	command := exec.CommandContext(tw.t.Context(), "curl", append(all, args...)...)
	command.Stdin = strings.NewReader(config)
	var stderr strings.Builder
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		return 0, "", fmt.Errorf("%w: %s", err, stderr.String())
	}
	at := bytes.LastIndexByte(out, '\n')
	_, err = fmt.Sscan(string(out[at+1:]), &status)
	return status, string(out[:at]), err
}

func (tw *twin) must(from, config string, args ...string) string {
	tw.t.Helper()
	status, body, err := tw.curl(from, config, args...)
	require.NoError(tw.t, err)
	require.Equal(tw.t, 200, status, body)
	return body
}

// signing is the web host's curl configuration: it gets its role's credentials from the metadata service.
func (tw *twin) signing(service string) string {
	tw.t.Helper()
	session := tw.must(webAddress, "", "--request", "PUT", "--header", "X-aws-ec2-metadata-token-ttl-seconds: 60", "http://169.254.169.254/latest/api/token")
	header := fmt.Sprintf("header = \"X-aws-ec2-metadata-token: %s\"\n", session)
	role := tw.must(webAddress, header, "http://169.254.169.254/latest/meta-data/iam/security-credentials/")
	var c struct{ AccessKeyId, SecretAccessKey, Token string }
	require.NoError(tw.t, json.Unmarshal([]byte(tw.must(webAddress, header, "http://169.254.169.254/latest/meta-data/iam/security-credentials/"+role)), &c))
	return fmt.Sprintf("user = \"%s:%s\"\nheader = \"X-Amz-Security-Token: %s\"\naws-sigv4 = \"aws:amz:us-east-1:%s\"\n", c.AccessKeyId, c.SecretAccessKey, c.Token, service)
}

// token is an access token of the database host.
func (tw *twin) token() string {
	tw.t.Helper()
	var access struct {
		AccessToken string `json:"access_token"`
	}
	body := tw.must(databaseAddress, flavor, "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token")
	require.NoError(tw.t, json.Unmarshal([]byte(body), &access))
	require.NotEmpty(tw.t, access.AccessToken)
	return access.AccessToken
}

// bearing is curl's configuration with a token.
func bearing(token string) string {
	return fmt.Sprintf("header = \"Authorization: Bearer %s\"\n", token)
}
