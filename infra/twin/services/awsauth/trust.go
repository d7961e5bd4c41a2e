package awsauth

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
)

// ParseTrust reads a role's trust policy and returns the AWS services that may assume the role. Other principals and
// conditions are refused: no one in the twin could use them.
func ParseTrust(document string) (services []string, err error) {
	all, err := statements(document)
	for _, text := range all {
		var s []string
		if s, err = trusted(text); err != nil {
			break
		}
		services = append(services, s...)
	}
	if err == nil && len(services) == 0 {
		err = errSyntax
	}
	if err != nil {
		return nil, fmt.Errorf("trust policy: %w", err)
	}
	return services, nil
}

func trusted(statement []byte) ([]string, error) {
	var s struct {
		Sid, Effect string
		Action      words
		Principal   json.RawMessage
		Resource    json.RawMessage // refused
	}
	if err := strictly(statement, &s); err != nil {
		return nil, err
	}
	if len(s.Resource) > 0 {
		return nil, fault("Has prohibited field Resource")
	}
	if s.Effect != "Allow" || !slices.Equal(s.Action, words{"sts:AssumeRole"}) {
		return nil, errors.New("the twin knows statements that Allow sts:AssumeRole, and no others")
	}
	if len(s.Principal) == 0 {
		return nil, fault("Missing required field Principal")
	}
	if string(s.Principal) == `"*"` { // which IAM takes
		return nil, errors.New("the twin does not know the principal *")
	}
	var principal struct{ Service words }
	if err := strictly(s.Principal, &principal); err != nil {
		return nil, err
	}
	for _, service := range principal.Service {
		if !servicePrincipal.MatchString(service) {
			return nil, fault("Invalid principal in policy: \"SERVICE\":%q", service)
		}
	}
	return principal.Service, nil
}

// servicePrincipal is the form of the services' names; IAM takes no other.
var servicePrincipal = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com$`)

// trustsEC2 says whether a trust policy lets instances have the role.
func trustsEC2(document string) bool {
	services, err := ParseTrust(document)
	return err == nil && slices.Contains(services, "ec2.amazonaws.com")
}
