package services_test

import (
	"encoding/base64"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/validate"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/services"
	"crosscloud/infra/twin/services/ecr"
	"crosscloud/infra/twin/state"
)

func TestWebHostsWay(t *testing.T) {
	tw := newTwin(t)
	ssm := func(operation, input string) (int, string) {
		status, body, err := tw.curl(webAddress, tw.signing("ssm"), "--header", "X-Amz-Target: AmazonSSM."+operation,
			"--header", "Content-Type: application/x-amz-json-1.1", "--data", input, "https://ssm.us-east-1.amazonaws.com/")
		require.NoError(t, err)
		return status, body
	}
	status, body := ssm("GetParameter", `{"Name":"/crosscloud/local/database-url","WithDecryption":true}`)
	assert.Equal(t, 200, status)
	assert.Contains(t, body, databaseURL)
	status, _ = ssm("GetParameter", `{"Name":"/crosscloud/prod/database-url"}`)
	assert.Equal(t, 400, status)

	status, body = ssm("PutParameter", `{"Name":"/crosscloud/local/status","Type":"String","Value":"{\"state\":\"serving\"}","Overwrite":true}`)
	assert.Equal(t, 200, status, body)
	p, err := state.Get[state.Parameter](tw.store, "/crosscloud/local/status")
	require.NoError(t, err)
	assert.JSONEq(t, `{"state":"serving"}`, p.Value, "what a host writes the provider reads")

	unsigned := "x-amz-content-sha256: UNSIGNED-PAYLOAD" // curl 7 does not send it by itself
	assert.Equal(t, "bundle", tw.must(webAddress, tw.signing("s3"), "--header", unsigned, "https://s3.us-east-1.amazonaws.com/assets/bundles/1.tar.gz"))
	assert.Equal(t, "bundle", tw.must(webAddress, tw.signing("s3"), "--header", unsigned, "https://assets.s3.us-east-1.amazonaws.com/bundles/1.tar.gz"))
}

func TestDatabasesWay(t *testing.T) {
	tw := newTwin(t)
	assert.Equal(t, "todo-123", tw.must(databaseAddress, flavor, "http://metadata.google.internal/computeMetadata/v1/project/project-id"))
	bearer := bearing(tw.token())
	body := tw.must(databaseAddress, bearer, "https://secretmanager.googleapis.com/v1/projects/todo-123/secrets/server-key/versions/latest:access")
	assert.Contains(t, body, base64.StdEncoding.EncodeToString([]byte(serverKey)))

	body = tw.must(databaseAddress, bearer, "--header", "Content-Type: application/json", "--data-binary", `{"state":"serving"}`,
		"https://storage.googleapis.com/upload/storage/v1/b/todo-status/o?uploadType=media&name=status.json")
	assert.Contains(t, body, `"contentType": "application/json"`)
	assert.Equal(t, `{"state":"serving"}`, tw.must(databaseAddress, bearer, "https://storage.googleapis.com/storage/v1/b/todo-status/o/status.json?alt=media"))
}

func TestMetadataIsThatOfTheCallersCloud(t *testing.T) {
	tw := newTwin(t)
	status, _, err := tw.curl(databaseAddress, "", "http://169.254.169.254/latest/meta-data/")
	require.NoError(t, err)
	assert.Equal(t, 403, status, "Google's server wants its header")
	status, _, err = tw.curl(webAddress, "", "http://169.254.169.254/computeMetadata/v1/")
	require.NoError(t, err)
	assert.Equal(t, 401, status, "AWS's wants a token")
	status, _, err = tw.curl(stranger, "", "http://169.254.169.254/latest/meta-data/")
	require.NoError(t, err)
	assert.Equal(t, 404, status)
}

func TestNamesThatAreServed(t *testing.T) {
	tw := newTwin(t)
	for _, host := range services.Hostnames("eu-central-1") {
		status, _, err := tw.curl(webAddress, "", "https://"+host+"/")
		require.NoError(t, err, host)
		assert.NotEqual(t, 421, status, host)
	}
	for _, host := range []string{"example.com", "dynamodb.us-east-1.amazonaws.com", "999988887777.dkr.ecr.us-east-1.amazonaws.com", "ssm.moon-1.amazonaws.com"} {
		_, _, err := tw.curl(webAddress, "", "--insecure", "https://"+host+"/")
		assert.Error(t, err, host)
		status, body, err := tw.curl(webAddress, "", "--header", "Host: "+host, "https://secretmanager.googleapis.com/")
		require.NoError(t, err)
		assert.Equal(t, 421, status)
		assert.Contains(t, body, host)
	}
}

func TestOperatorPushesAndARestartKeepsEverything(t *testing.T) {
	tw := newTwin(t)
	image, err := random.Image(1<<12, 2)
	require.NoError(t, err)
	tag, err := name.NewTag("111122223333.dkr.ecr.us-east-1.amazonaws.com/crosscloud-local:v1")
	require.NoError(t, err)
	options := func() []remote.Option {
		password, err := services.OperatorToken(tw.store)
		require.NoError(t, err)
		transport, err := services.Transport(tw.dir, tw.at.TLS.Addr().String())
		require.NoError(t, err)
		t.Cleanup(transport.CloseIdleConnections)
		return []remote.Option{remote.WithTransport(transport), remote.WithAuth(&authn.Basic{Username: ecr.User, Password: password})}
	}
	require.NoError(t, remote.Write(tag, image, options()...))
	credentials := tw.signing("ssm")

	tw.stop()
	tw.start()
	pulled, err := remote.Image(tag, options()...)
	require.NoError(t, err)
	require.NoError(t, validate.Image(pulled))
	read := []string{"--header", "X-Amz-Target: AmazonSSM.GetParameter", "--data", `{"Name":"/crosscloud/local/database-url"}`}
	tw.must(webAddress, credentials, append(read, "https://ssm.us-east-1.amazonaws.com/")...)
}

func TestDoor(t *testing.T) {
	tw := newTwin(t)
	conn, err := net.Dial("tcp", tw.at.DoorHTTPS.Addr().String())
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
	got, _ := io.ReadAll(conn) // nothing listens on the machine's port 443 here
	assert.Empty(t, got)
}

func TestShutdownDoesNotWaitForLongPolls(t *testing.T) {
	tw := newTwin(t)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _, _ = tw.curl(databaseAddress, "header = \"Metadata-Flavor: Google\"\n", "http://metadata.google.internal/computeMetadata/v1/instance/?recursive=true&wait_for_change=true")
	}()
	time.Sleep(200 * time.Millisecond)
	tw.stop()
	<-ended
}

func TestLogHasNoSecret(t *testing.T) {
	tw := newTwin(t)
	signed := tw.signing("ssm")
	tw.must(webAddress, signed, "--header", "X-Amz-Target: AmazonSSM.GetParameter", "--data", `{"Name":"/crosscloud/local/database-url","WithDecryption":true}`, "https://ssm.us-east-1.amazonaws.com/")
	status, _, err := tw.curl(webAddress, signed, "--header", "X-Amz-Target: AmazonSSM.PutParameter", "--data", `{"Name":"/crosscloud/local/database-url","Type":"SecureString","Value":"`+databaseURL+`"}`, "https://ssm.us-east-1.amazonaws.com/")
	require.NoError(t, err)
	assert.Equal(t, 400, status, "refused, and so logged")
	status, _, err = tw.curl(webAddress, "user = \"AWS:"+databaseURL+"\"\n", "https://111122223333.dkr.ecr.us-east-1.amazonaws.com/v2/")
	require.NoError(t, err)
	assert.Equal(t, 401, status)

	token := tw.token()
	tw.must(databaseAddress, bearing(token), "https://secretmanager.googleapis.com/v1/projects/todo-123/secrets/server-key/versions/1:access")
	for _, refused := range [][]string{
		{"https://secretmanager.googleapis.com/v1/projects/todo-123/secrets/other/versions/1:access"},
		{"--data-binary", serverKey, "https://storage.googleapis.com/upload/storage/v1/b/other/o?uploadType=media&name=key"},
	} {
		status, _, err = tw.curl(databaseAddress, bearing(token), refused...)
		require.NoError(t, err)
		assert.Contains(t, []int{403, 404}, status, refused)
	}

	log := tw.log.String()
	for _, call := range []string{"AmazonSSM.PutParameter", "secrets/other/versions/1:access", "b/other/o"} {
		assert.Contains(t, log, call, "the search has something to search in")
	}
	secrets := []string{
		databaseURL, base64.StdEncoding.EncodeToString([]byte(databaseURL)), base64.StdEncoding.EncodeToString([]byte("AWS:" + databaseURL)),
		serverKey, base64.StdEncoding.EncodeToString([]byte(serverKey)), token,
	}
	for line := range strings.SplitSeq(signed, "\n") {
		for word := range strings.FieldsFuncSeq(line, func(r rune) bool { return r == '"' || r == ':' || r == ' ' }) {
			if len(word) >= 32 {
				secrets = append(secrets, word)
			}
		}
	}
	assert.GreaterOrEqual(t, len(secrets), 8, "the secret key and the session token are among them")
	for _, secret := range secrets {
		assert.NotContains(t, log, secret)
	}
}
