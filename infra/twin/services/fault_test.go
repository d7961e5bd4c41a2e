package services_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/state"
)

const (
	ssmHost     = "ssm.us-east-1.amazonaws.com"
	secretsHost = "secretmanager.googleapis.com"
	awsMetadata = "169.254.169.254"
	gcpMetadata = "metadata.google.internal"
	flavor      = "header = \"Metadata-Flavor: Google\"\n"
	longPoll    = "http://" + gcpMetadata + "/computeMetadata/v1/instance/?recursive=true&wait_for_change=true"
)

func TestFaultRefusesInTheServicesOwnForm(t *testing.T) {
	tw := newTwin(t)
	for _, tc := range []struct {
		host, from, url string
		status          int
		want            string
	}{
		{ssmHost, webAddress, "https://" + ssmHost + "/", 500, `{"__type":"InternalFailure","message":"The twin has a fault on record for this host."}`},
		{ssmHost, webAddress, "https://" + ssmHost + "/", 400, `"__type":"ThrottlingException"`},
		{ssmHost, webAddress, "https://" + ssmHost + "/", 403, `"__type":"AccessDeniedException"`},
		{"api.ecr.us-east-1.amazonaws.com", webAddress, "https://api.ecr.us-east-1.amazonaws.com/", 503, `"__type":"ServiceUnavailable"`},
		{"s3.us-east-1.amazonaws.com", webAddress, "https://s3.us-east-1.amazonaws.com/assets/bundles/1.tar.gz", 503, "<Resource>/assets/bundles/1.tar.gz</Resource>"},
		{"s3.us-east-1.amazonaws.com", webAddress, "https://assets.s3.us-east-1.amazonaws.com/bundles/1.tar.gz", 403, "<Code>AccessDenied</Code>"},
		{"111122223333.dkr.ecr.us-east-1.amazonaws.com", webAddress, "https://111122223333.dkr.ecr.us-east-1.amazonaws.com/v2/", 502, `{"errors":[{"code":"BADGATEWAY"`},
		{secretsHost, databaseAddress, "https://" + secretsHost + "/", 503, `"status": "UNAVAILABLE"`},
		{"storage.googleapis.com", databaseAddress, "https://storage.googleapis.com/storage/v1/b/x/o/y", 503, `"reason": "backendError"`},
		{awsMetadata, webAddress, "http://" + awsMetadata + "/latest/meta-data/", 500, "The twin has a fault on record for this host.\n"},
		{gcpMetadata, databaseAddress, longPoll, 503, "The twin has a fault on record for this host.\n"},
	} {
		put(t, tw.store, tc.host, state.Fault{Delay: time.Millisecond, Status: tc.status})
		status, body, err := tw.curl(tc.from, "", tc.url)
		require.NoError(t, err, tc.url)
		assert.Equal(t, tc.status, status, tc.url)
		assert.Contains(t, body, tc.want, tc.url)

		_, body, err = tw.curl(stranger, "", tc.url)
		require.NoError(t, err)
		assert.NotContains(t, body, "fault", "%s: only VMs meet it", tc.url)

		require.NoError(t, state.Delete[state.Fault](tw.store, tc.host))
		_, body, err = tw.curl(tc.from, "", strings.TrimSuffix(tc.url, "&wait_for_change=true"))
		require.NoError(t, err)
		assert.NotContains(t, body, "fault", "%s: it is over", tc.url)
	}
}

func TestFaultDelaysUntilTheClientGivesUp(t *testing.T) {
	tw := newTwin(t)
	for host, call := range map[string][]string{
		ssmHost:     {webAddress, "https://" + ssmHost + "/", "--data", "{}"},
		gcpMetadata: {databaseAddress, longPoll},
		awsMetadata: {webAddress, "http://" + awsMetadata + "/latest/meta-data/"},
	} {
		put(t, tw.store, host, state.Fault{Delay: time.Hour})
		_, _, err := tw.curl(call[0], "", append(call[1:], "--max-time", "1")...)
		assert.ErrorContains(t, err, "timed out", host)
	}
	require.NoError(t, state.Delete[state.Fault](tw.store, awsMetadata))
	// The fault that is left has the metadata server's other name.
	tw.must(databaseAddress, flavor, "http://"+awsMetadata+"/computeMetadata/v1/project/project-id")
	tw.stop() // which waits for none of them
}
