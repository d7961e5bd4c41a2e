package awsauth

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Policy is an IAM policy that is attached to an identity.
type Policy []statement

// statement allows or denies actions on resources. IAM's Condition, NotAction, NotResource and Principal are not here.
type statement struct {
	Sid, Effect      string
	Action, Resource words
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
		return fmt.Errorf("the Effect must be Allow or Deny, not %q", s.Effect)
	}
	if len(s.Action) == 0 || len(s.Resource) == 0 {
		return errors.New("it needs at least one Action and one Resource")
	}
	for _, action := range s.Action {
		if service, verb, found := strings.Cut(action, ":"); action != "*" && (!found || service == "" || verb == "") {
			return fmt.Errorf("the action %q must be prefixed by a vendor such as ssm, s3 or ecr", action)
		}
	}
	for _, resource := range s.Resource {
		if strings.Contains(resource, "${") {
			return fmt.Errorf("the twin does not know policy variables: %q", resource)
		}
		if resource != "*" && strings.Count(resource, ":") < 5 {
			return fmt.Errorf("the resource %q must be in ARN format or \"*\"", resource)
		}
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
