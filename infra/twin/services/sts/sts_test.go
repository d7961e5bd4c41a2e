package sts_test

import (
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"

	"crosscloud/infra/twin/services/servicestest"
	"crosscloud/infra/twin/services/sts"
)

func TestGetCallerIdentity(t *testing.T) {
	tw := servicestest.New(t)
	server := tw.Serve(sts.New(tw.Verifier, servicestest.Account, slog.New(slog.DiscardHandler)))
	const host = "sts.us-east-1.amazonaws.com"

	got := tw.Curl(server, tw.Credentials(), "sts", host, "/", "--data", "Action=GetCallerIdentity&Version=2011-06-15")
	assert.Equal(t, 200, got.Status, got.Body)
	assert.Contains(t, got.Body, "<Arn>arn:aws:sts::111122223333:assumed-role/web/i-0123456789abcdef0</Arn>")
	assert.Contains(t, got.Body, "<Account>111122223333</Account>")

	got = tw.Curl(server, tw.Verifier.OperatorCredentials(), "sts", host, "/?Action=GetCallerIdentity&Version=2011-06-15")
	assert.Contains(t, got.Body, "<Arn>arn:aws:iam::111122223333:user/operator</Arn>")

	got = tw.Curl(server, tw.Credentials(), "sts", host, "/", "--data", "Action=AssumeRole&Version=2011-06-15")
	assert.Equal(t, 400, got.Status)
	assert.Contains(t, got.Body, "<Code>InvalidAction</Code>")
	assert.Contains(t, got.Body, "AssumeRole")

	bad := tw.Credentials()
	bad.SecretAccessKey = "x"
	got = tw.Curl(server, bad, "sts", host, "/", "--data", "Action=GetCallerIdentity&Version=2011-06-15")
	assert.Equal(t, 403, got.Status)
	assert.Contains(t, got.Body, "<Code>SignatureDoesNotMatch</Code>")
}
