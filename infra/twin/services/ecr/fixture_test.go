package ecr_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/services/ecr"
	"crosscloud/infra/twin/services/servicestest"
	"crosscloud/infra/twin/state"
)

const (
	host       = "111122223333.dkr.ecr.us-east-1.amazonaws.com"
	repository = "crosscloud-local"
	arn        = "arn:aws:ecr:us-east-1:111122223333:repository/" + repository
)

type fixture struct {
	*servicestest.Twin
	t        *testing.T
	server   *ecr.Server
	registry *httptest.Server
}

func newFixture(t *testing.T) *fixture {
	f := &fixture{Twin: servicestest.New(t), t: t}
	require.NoError(t, state.Put(f.Store, repository, state.Repository{Name: repository, ImmutableTags: true}))
	require.NoError(t, state.Put(f.Store, "team/mutable", state.Repository{Name: "team/mutable"}))
	f.restart()
	return f
}

// restart makes the services anew, from the files alone.
func (f *fixture) restart() {
	f.server = ecr.New(f.Store, f.Mint, f.Verifier, servicestest.Account, servicestest.Region, slog.New(slog.DiscardHandler), f.Now)
	f.registry = f.Serve(http.HandlerFunc(f.server.ServeRegistry))
}

// options make the library call the test's server under the registry's own name.
func (f *fixture) options(password string) []remote.Option {
	tr := f.registry.Client().Transport.(*http.Transport).Clone()
	tr.TLSClientConfig.InsecureSkipVerify = true
	dial := tr.DialContext
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	tr.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return dial(ctx, network, f.registry.Listener.Addr().String())
	}
	return []remote.Option{remote.WithTransport(tr), remote.WithAuth(&authn.Basic{Username: ecr.User, Password: password}), remote.WithJobs(2)}
}

func (f *fixture) operator() []remote.Option {
	password, _, err := ecr.Password(f.Mint, f.Verifier.Operator(), f.Now())
	require.NoError(f.t, err)
	return f.options(password)
}

// host gets its password as the credential helper on a web host does.
func (f *fixture) host() []remote.Option {
	api := f.Serve(f.server)
	a := f.Curl(api, f.Credentials(), "ecr", "api.ecr.us-east-1.amazonaws.com", "/",
		"--header", "X-Amz-Target: AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken",
		"--header", "Content-Type: application/x-amz-json-1.1", "--data", "{}")
	require.Equal(f.t, 200, a.Status, a.Body)
	var out struct {
		AuthorizationData []struct {
			AuthorizationToken, ProxyEndpoint string
			ExpiresAt                         float64
		}
	}
	require.NoError(f.t, json.Unmarshal([]byte(a.Body), &out))
	require.Len(f.t, out.AuthorizationData, 1)
	data := out.AuthorizationData[0]
	assert.Equal(f.t, "https://"+host, data.ProxyEndpoint)
	assert.WithinDuration(f.t, f.Now().Add(12*time.Hour), time.Unix(int64(data.ExpiresAt), 0), time.Minute)
	plain, err := base64.StdEncoding.DecodeString(data.AuthorizationToken)
	require.NoError(f.t, err)
	user, password, _ := strings.Cut(string(plain), ":")
	assert.Equal(f.t, "AWS", user)
	return f.options(password)
}

func (f *fixture) pull() {
	f.Allow("ecr:GetAuthorizationToken", "*", "ecr:BatchGetImage", arn, "ecr:GetDownloadUrlForLayer", arn)
}

func image(t *testing.T) v1.Image {
	i, err := random.Image(1<<16, 3)
	require.NoError(t, err)
	return i
}

func ref(t *testing.T, text string) name.Reference {
	r, err := name.ParseReference(host + "/" + text)
	require.NoError(t, err)
	return r
}

func code(t *testing.T, err error) (status int, text string) {
	var e *transport.Error
	require.ErrorAs(t, err, &e)
	return e.StatusCode, err.Error()
}
