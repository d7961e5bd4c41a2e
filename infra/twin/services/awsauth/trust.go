package awsauth

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// ParseTrust reads a role's trust policy and returns the AWS services that may assume the role. Other principals and
// conditions are refused: no one in the twin could use them.
func ParseTrust(document string) (services []string, err error) {
	var raw struct {
		Version   string
		ID        string `json:"Id"`
		Statement json.RawMessage
	}
	if err := strictly([]byte(document), &raw); err != nil {
		return nil, fmt.Errorf("trust policy: %w", err)
	}
	type statement struct {
		Sid, Effect string
		Action      words
		Principal   struct{ Service words }
	}
	var statements []statement
	if err := strictly(raw.Statement, &statements); err != nil {
		var one statement
		if strictly(raw.Statement, &one) != nil {
			return nil, fmt.Errorf("trust policy: %w", err)
		}
		statements = []statement{one}
	}
	for _, s := range statements {
		if s.Effect != "Allow" || !slices.Equal(s.Action, words{"sts:AssumeRole"}) {
			return nil, errors.New("trust policy: the twin knows statements that Allow sts:AssumeRole, and no others")
		}
		services = append(services, s.Principal.Service...)
	}
	if len(services) == 0 {
		return nil, errors.New("trust policy: it names no service")
	}
	return services, nil
}

// TrustsEC2 says whether an instance may have the role's credentials.
func TrustsEC2(document string) bool {
	services, err := ParseTrust(document)
	return err == nil && slices.Contains(services, "ec2.amazonaws.com")
}
