package awsauth

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Policy is an IAM policy that is attached to an identity.
type Policy []statement

// statement allows or denies actions on resources. IAM's Condition, NotAction and NotResource are not here.
type statement struct {
	Sid, Effect      string
	Action, Resource words
	Principal        json.RawMessage // refused
}

// Decision is the outcome of an evaluation.
type Decision int

// The three outcomes. Only Allow lets a request through.
const (
	ImplicitDeny Decision = iota
	Allow
	ExplicitDeny
)

// ParsePolicy reads a policy document and refuses what it does not understand.
func ParsePolicy(document string) (Policy, error) {
	all, err := statements(document)
	if err != nil {
		return nil, fmt.Errorf("policy document: %w", err)
	}
	var p Policy
	for i, text := range all {
		var s statement
		err := strictly(text, &s)
		if err == nil {
			err = s.check()
		}
		if err != nil {
			return nil, fmt.Errorf("policy document: statement %d: %w", i+1, err)
		}
		p = append(p, s)
	}
	return p, nil
}

func (s statement) check() error {
	if s.Effect != "Allow" && s.Effect != "Deny" {
		return errSyntax
	}
	if len(s.Principal) > 0 {
		return fault("Policy document should not specify a principal.")
	}
	if len(s.Action) == 0 {
		return fault("Policy statement must contain actions.")
	}
	if len(s.Resource) == 0 {
		return fault("Policy statement must contain resources.")
	}
	for _, action := range s.Action {
		if err := checkAction(action); err != nil {
			return err
		}
	}
	for _, resource := range s.Resource {
		if err := checkResource(resource); err != nil {
			return err
		}
	}
	return nil
}

func checkAction(action string) error {
	service, verb, found := strings.Cut(action, ":")
	switch {
	case action == "*":
		return nil
	case !found || service == "" || verb == "":
		return fault("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
	case strings.Contains(verb, ":"):
		return fault("Actions/Condition can contain only one colon.")
	}
	return nil
}

func checkResource(resource string) error {
	if strings.Contains(resource, "${") {
		return fmt.Errorf("the twin does not know policy variables: %q", resource)
	}
	parts := strings.SplitN(resource, ":", 6)
	switch {
	case resource == "*":
		return nil
	case len(parts) < 6 || parts[0] != "arn":
		return fault("Resource %s must be in ARN format or \"*\".", resource)
	case parts[1] != "aws" && parts[1] != "*":
		return fault("Partition %q is not valid for resource %q.", parts[1], resource)
	}
	return nil
}

// Evaluate decides as IAM does: an explicit denial wins over every grant, and what nothing grants is denied.
func (p Policy) Evaluate(action, resource string) Decision {
	decision := ImplicitDeny
	for _, s := range p {
		// Actions have no case; resources do.
		covers := slices.ContainsFunc(s.Action, func(pattern string) bool {
			return wildcard(strings.ToLower(pattern), strings.ToLower(action))
		}) && slices.ContainsFunc(s.Resource, func(pattern string) bool { return wildcard(pattern, resource) })
		switch {
		case covers && s.Effect == "Deny":
			return ExplicitDeny
		case covers:
			decision = Allow
		}
	}
	return decision
}

// wildcard matches * with any text, also across slashes and colons, and ? with one character.
func wildcard(pattern, text string) bool {
	star, mark := -1, 0 // where the last * stands, and how far it has swallowed the text
	p, t := 0, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			mark++
			p, t = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
