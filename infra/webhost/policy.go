package webhost

import (
	"encoding/json"
	"fmt"
)

// policy is an IAM policy document.
type policy struct {
	Version   string
	Statement []statement
}

type statement struct {
	Sid       string
	Effect    string
	Principal map[string]string `json:",omitempty"`
	Action    []string
	Resource  []string `json:",omitempty"`
}

// policyVersion is the current version of IAM's language, not a date of ours.
const policyVersion = "2012-10-17"

func (p policy) String() (string, error) {
	text, err := json.Marshal(p)
	if err != nil {
		return "", fmt.Errorf("policy document: %w", err)
	}
	return string(text), nil
}

// trust lets EC2 hand the role's credentials to the machine.
var trust = policy{Version: policyVersion, Statement: []statement{{
	Sid:       "Machines",
	Effect:    "Allow",
	Principal: map[string]string{"Service": "ec2.amazonaws.com"},
	Action:    []string{"sts:AssumeRole"},
}}}

// granted holds the resolved values of Grants.
type granted struct{ desired, databaseURL, status, bundles, repository string }

// permissions is everything that the machine may do. Decrypting the SecureString needs no statement: the key
// "aws/ssm" lets every principal of its account decrypt through SSM ("Restricting access to Parameter Store
// parameters using IAM policies", AWS Systems Manager User Guide).
func permissions(on granted) policy {
	return policy{Version: policyVersion, Statement: []statement{
		{
			Sid:      "ReadDesiredState",
			Effect:   "Allow",
			Action:   []string{"ssm:GetParameter"},
			Resource: []string{on.desired, on.databaseURL},
		},
		{
			// Read, because a new machine must not repeat operations that the one before it has run.
			Sid:      "PublishStatus",
			Effect:   "Allow",
			Action:   []string{"ssm:GetParameter", "ssm:PutParameter"},
			Resource: []string{on.status},
		},
		{
			Sid:      "ReadBundles",
			Effect:   "Allow",
			Action:   []string{"s3:GetObject"},
			Resource: []string{on.bundles},
		},
		{
			Sid:      "PullImages",
			Effect:   "Allow",
			Action:   []string{"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"},
			Resource: []string{on.repository},
		},
		{
			// The one wildcard: IAM has no resource for this action. The token opens only what PullImages allows.
			Sid:      "LogInToRegistry",
			Effect:   "Allow",
			Action:   []string{"ecr:GetAuthorizationToken"},
			Resource: []string{"*"},
		},
	}}
}
