package aws

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// refused is something that AWS refuses, and so the twin, too: arguments of a kind, or operations of which the last one is
// refused. The code is AWS's; it is empty where the AWS provider finds the fault itself, before it calls AWS.
type refused struct {
	name       string
	source     string
	token      string
	args       values
	do         func() error
	code, want string
}

const (
	ec2API   = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/"
	ec2Guide = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/"
	vpcGuide = "https://docs.aws.amazon.com/vpc/latest/userguide/"
	iamAPI   = "https://docs.aws.amazon.com/IAM/latest/APIReference/"
	iamGuide = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
	ssmAPI   = "https://docs.aws.amazon.com/systems-manager/latest/APIReference/"
	ssmGuide = "https://docs.aws.amazon.com/systems-manager/latest/userguide/"
	s3API    = "https://docs.aws.amazon.com/AmazonS3/latest/API/"
	s3Guide  = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/"
	ecrAPI   = "https://docs.aws.amazon.com/AmazonECR/latest/APIReference/"
	ecrGuide = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/"
	provider = "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/"

	ec2Errors = ec2API + "errors-overview.html"
)

func TestWhatAWSRefuses(t *testing.T) {
	for subject, rows := range map[string]func(*fixture) []refused{
		"network": refusedNetwork, "rules": refusedRules, "in use": refusedInUse, "tags": refusedTags, "instance": refusedInstance,
		"identity": refusedIdentity, "parameter": refusedParameter, "bucket": refusedBucket, "registry": refusedRegistry, "host": refusedHost,
	} {
		t.Run(subject, func(t *testing.T) {
			f := newFixture(t)
			seen := map[string]bool{}
			for _, row := range rows(f) {
				require.False(t, seen[row.name], "two rows are named %q", row.name)
				seen[row.name] = true
				t.Run(row.name, func(t *testing.T) { f.refuses(t, row) })
			}
		})
	}
}

func (f *fixture) refuses(t *testing.T, row refused) {
	require.Regexp(t, "^https://", row.source)
	do := row.do
	if do == nil {
		do = func() error {
			_, err := f.Up(row.token, "refused-"+strings.ReplaceAll(row.name, " ", "-"), row.args)
			return err
		}
	}
	err := do()
	require.ErrorContains(t, err, row.want)
	if row.code != "" {
		assert.ErrorContains(t, err, row.code)
	} else {
		assert.NotContains(t, err.Error(), "api error", "AWS has a code for it")
	}
}
