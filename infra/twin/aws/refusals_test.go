package aws

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// refused is something that AWS refuses, and so the twin, too: arguments of a kind, or operations of which the last one is
// refused.
type refused struct {
	name string
	// source is who documents the answer: the AWS provider's code, AWS's own pages, or somebody who got it. Where nobody has
	// AWS's words it is about the rule and the code.
	source string
	token  string
	args   values
	do     func() error
	// code is AWS's, after the status where a host has asked. It is empty where the AWS provider finds the fault itself; that
	// of arguments it finds before it calls AWS, and so the preview fails.
	code string
	// want is how AWS's message begins, or anyWords, or noWords. Of what the provider finds it is a part of what the twin says
	// for it: Pulumi words those messages anew.
	want string
}

const (
	anyWords = "(nobody documents AWS's words)"
	noWords  = "(AWS gives the code and no message)"
)

const (
	ec2API   = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/"
	ec2Guide = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/"
	vpcGuide = "https://docs.aws.amazon.com/vpc/latest/userguide/"
	iamAPI   = "https://docs.aws.amazon.com/IAM/latest/APIReference/"
	iamGuide = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
	ssmAPI   = "https://docs.aws.amazon.com/systems-manager/latest/APIReference/"
	ssmGuide = "https://docs.aws.amazon.com/systems-manager/latest/userguide/"
	s3API    = "https://docs.aws.amazon.com/AmazonS3/latest/API/"
	ecrAPI   = "https://docs.aws.amazon.com/AmazonECR/latest/APIReference/"
	ecrGuide = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/"
	provider = "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/"
	github   = "https://github.com/"

	// ec2Errors has EC2's codes, and no messages.
	ec2Errors = ec2API + "errors-overview.html"

	// Moto repeats AWS's answers, and its tests of policies are the longest list of IAM's.
	motoEC2 = github + "getmoto/moto/blob/master/moto/ec2/exceptions.py"
	motoECR = github + "getmoto/moto/blob/master/moto/ecr/exceptions.py"
	motoIAM = github + "getmoto/moto/blob/master/moto/iam/models.py"
	iamText = github + "getmoto/moto/blob/master/tests/test_iam/test_iam_policies.py"

	// policyJSON has what the AWS provider sees in a policy document.
	policyJSON = github + "hashicorp/terraform-provider-aws/blob/v5.100.0/internal/verify/validate.go"
)

func TestWhatAWSRefuses(t *testing.T) {
	for subject, rows := range map[string]func(*fixture) []refused{
		"network": refusedNetwork, "rules": refusedRules, "in use": refusedInUse, "tags": refusedTags, "instance": refusedInstance,
		"identity": refusedIdentity, "policy": refusedPolicy, "parameter": refusedParameter, "bucket": refusedBucket, "registry": refusedRegistry,
		"host": refusedHost,
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
	require.NotEmpty(t, row.want)
	if row.code != "" && row.want != anyWords {
		require.NotEqual(t, ec2Errors, row.source, "that page has no messages")
	}
	if row.do != nil {
		assert.Empty(t, row.mismatch(row.do()))
		return
	}
	name := "refused-" + strings.NewReplacer(" ", "-", "'", "").Replace(row.name)
	_, err := f.Preview(row.token, name, row.args)
	if row.code != "" {
		require.NoError(t, err, "only AWS finds that, when it is asked")
		_, err = f.Up(row.token, name, row.args)
	}
	assert.Empty(t, row.mismatch(err))
}

// mismatch says in which way an error is not the row's answer, and nothing if it is.
func (row refused) mismatch(err error) string {
	if err == nil {
		return "it is not refused"
	}
	text := err.Error()
	if row.code == "" {
		if strings.Contains(text, "api error") || !strings.Contains(text, row.want) {
			return "the provider says " + text
		}
		return ""
	}
	_, message, found := strings.Cut(text, "api error "+row.code+": ")
	switch {
	case !found:
		return "another code: " + text
	case row.want == noWords && message != "", row.want != noWords && message == "",
		row.want != noWords && row.want != anyWords && !strings.HasPrefix(message, row.want):
		return fmt.Sprintf("another message: %q", message)
	}
	return ""
}

func TestARowCanFail(t *testing.T) {
	answer := func(text string) error { return fmt.Errorf("creating it: %w", errors.New(text)) }
	aws := refused{code: "InvalidParameter", want: "You have two"}
	own := refused{want: "expected a range"}
	for name, test := range map[string]struct {
		row  refused
		err  error
		says string
	}{
		"AWS's answer":           {aws, answer("api error InvalidParameter: You have two networks."), ""},
		"no refusal":             {aws, nil, "not refused"},
		"a longer code":          {aws, answer("api error InvalidParameterValue: You have two networks."), "another code"},
		"a code that is a word":  {aws, answer("InvalidParameter: You have two networks."), "another code"},
		"a later part":           {aws, answer("api error InvalidParameter: It seems: You have two networks."), "another message"},
		"no message":             {aws, answer("api error InvalidParameter: "), "another message"},
		"words for any":          {refused{code: "X", want: anyWords}, answer("api error X: whatever"), ""},
		"none for any":           {refused{code: "X", want: anyWords}, answer("api error X: "), "another message"},
		"none for none":          {refused{code: "X", want: noWords}, answer("api error X: "), ""},
		"words for none":         {refused{code: "X", want: noWords}, answer("api error X: sorry"), "another message"},
		"the provider's":         {own, answer("cidrBlock: expected a range"), ""},
		"the provider's of AWS":  {own, answer("api error X: expected a range"), "the provider says"},
		"the provider's another": {own, answer("cidrBlock: unknown"), "the provider says"},
	} {
		t.Run(name, func(t *testing.T) {
			got := test.row.mismatch(test.err)
			assert.Equal(t, test.says == "", got == "", got)
			assert.Contains(t, got, test.says)
		})
	}
}
