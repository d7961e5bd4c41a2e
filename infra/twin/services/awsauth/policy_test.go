package awsauth

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEvaluate(t *testing.T) {
	const own = "arn:aws:ssm:us-east-1:111122223333:parameter/crosscloud/local/desired"
	allow := func(action, resource string) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":` + action + `,"Resource":` + resource + `}]}`
	}
	for _, tc := range []struct {
		name, policy, action, resource string
		want                           Decision
	}{
		{"exact", allow(`"ssm:GetParameter"`, `"`+own+`"`), "ssm:GetParameter", own, Allow},
		{"list of both", allow(`["s3:GetObject","ssm:GetParameter"]`, `["arn:aws:s3:::b/*","`+own+`"]`), "ssm:GetParameter", own, Allow},
		{"actions have no case", allow(`"SSM:getparameter"`, `"`+own+`"`), "ssm:GetParameter", own, Allow},
		{"resources have", allow(`"ssm:GetParameter"`, `"arn:aws:ssm:us-east-1:111122223333:parameter/Crosscloud/local/desired"`), "ssm:GetParameter", own, ImplicitDeny},
		{"another action", allow(`"ssm:GetParameters"`, `"`+own+`"`), "ssm:GetParameter", own, ImplicitDeny},
		{"prefix", allow(`"ssm:Get*"`, `"arn:aws:ssm:us-east-1:111122223333:parameter/crosscloud/local/*"`), "ssm:GetParameter", own, Allow},
		{"another stack", allow(`"ssm:*"`, `"arn:aws:ssm:*:111122223333:parameter/crosscloud/prod/*"`), "ssm:GetParameter", own, ImplicitDeny},
		{"everything", allow(`"*"`, `"*"`), "ssm:GetParameter", own, Allow},
		{"a star crosses slashes", allow(`"s3:GetObject"`, `"arn:aws:s3:::assets/*.gz"`), "s3:GetObject", "arn:aws:s3:::assets/a/b/c.gz", Allow},
		{"a bucket is not its objects", allow(`"s3:*"`, `"arn:aws:s3:::assets"`), "s3:GetObject", "arn:aws:s3:::assets/a", ImplicitDeny},
		{"question mark", allow(`"s3:GetObject"`, `"arn:aws:s3:::assets/?"`), "s3:GetObject", "arn:aws:s3:::assets/ab", ImplicitDeny},
		{
			"a denial wins, wherever it stands",
			`{"Version":"2012-10-17","Statement":[{"Sid":"No","Effect":"Deny","Action":"ssm:GetParameter","Resource":"` + own + `"},{"Effect":"Allow","Action":"*","Resource":"*"}]}`,
			"ssm:GetParameter", own, ExplicitDeny,
		},
		{
			"one statement without a list",
			`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ecr:GetAuthorizationToken","Resource":"*"}}`,
			"ecr:GetAuthorizationToken", "*", Allow,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			policy, err := ParsePolicy(tc.policy)
			require.NoError(t, err)
			assert.Equal(t, tc.want, policy.Evaluate(tc.action, tc.resource))
		})
	}
}

func TestParsePolicyRefusesWhatItCannotJudge(t *testing.T) {
	var f *Fault
	for name, statement := range map[string]string{
		`the element "Condition"`:   `{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true"}}}`,
		`the element "NotAction"`:   `{"Effect":"Allow","NotAction":"s3:*","Resource":"*"}`,
		`the element "NotResource"`: `{"Effect":"Allow","Action":"s3:*","NotResource":"*"}`,
		`the element "effect"`:      `{"effect":"Allow","Action":"s3:*","Resource":"*"}`,
		"policy variables":          `{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::assets/${aws:username}"}`,
	} {
		_, err := ParsePolicy(`{"Version":"2012-10-17","Statement":[` + statement + `]}`)
		assert.ErrorContains(t, err, "the twin does not know "+name, statement)
		assert.NotErrorAs(t, err, &f, "IAM takes it")
	}
}

// What IAM says of the others is in the provider's TestWhatAWSRefuses.
func TestParsePolicyRefusesWhatIAMRefuses(t *testing.T) {
	for _, document := range []string{
		``, `{"Version":"2012-10-17"}`, `{"Version":"2012-10-17","Statement":[]}`, `{"Version":"2012-10-17","Statement":[]} tail`,
		`{"Version":"2012-10-17","Statement":{"Effect":"allow","Action":"s3:*","Resource":"*"}}`,
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":{"a":1},"Resource":"*"}}`,
		`{"Version":"2012-10-17","Statement":[{"Sid":1,"Effect":"Deny","Action":"*","Resource":"*"}]}`,
	} {
		_, err := ParsePolicy(document)
		assert.ErrorIs(t, err, errSyntax, document)
	}
}

func TestTrust(t *testing.T) {
	ec2 := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	assert.True(t, trustsEC2(ec2))
	for _, other := range []string{
		``,
		`{"Version":"2012-10-17","Statement":[]}`,
		strings.Replace(ec2, "2012-10-17", "2012-10-18", 1),
		strings.Replace(ec2, "Service", "service", 1),
		strings.Replace(ec2, `"Principal":{"Service":"ec2.amazonaws.com"},`, "", 1),
		strings.Replace(ec2, "ec2.amazonaws.com", "ec2.amazonaws.org", 1),
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`,
		`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`,
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}`,
	} {
		assert.False(t, trustsEC2(other), other)
	}
	_, err := ParseTrust(strings.Replace(ec2, `{"Service":"ec2.amazonaws.com"}`, `"*"`, 1))
	assert.EqualError(t, err, "trust policy: the twin does not know the principal *")
}

func TestWildcard(t *testing.T) {
	for _, tc := range []struct {
		pattern, text string
		want          bool
	}{
		{"*", "", true}, {"", "", true}, {"", "a", false}, {"a*", "a", true}, {"*a", "ba", true}, {"*a", "ab", false},
		{"a*c*e", "abcde", true}, {"a*c*e", "abde", false}, {"a?c", "abc", true}, {"a?c", "ac", false}, {"**a", "xxa", true},
		{"*ab*ab", "ababab", true}, {"a", "a*", false},
	} {
		assert.Equal(t, tc.want, wildcard(tc.pattern, tc.text), "%q on %q", tc.pattern, tc.text)
	}
}
