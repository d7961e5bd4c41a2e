package awsauth

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Policy is an IAM policy that is attached to an identity.
type Policy struct {
	Version   string
	ID        string
	Statement []Statement
}

// Statement allows or denies actions on resources. IAM's Condition, NotAction, NotResource and Principal are not here:
// a policy that has one is refused, because a guess at what it means could allow what a cloud would deny.
type Statement struct {
	Sid      string
	Effect   string
	Action   []string
	Resource []string
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
	var raw struct {
		Version   string
		ID        string `json:"Id"`
		Statement json.RawMessage
	}
	if err := strictly([]byte(document), &raw); err != nil {
		return Policy{}, fmt.Errorf("policy document: %w", err)
	}
	if raw.Version != "2012-10-17" && raw.Version != "2008-10-17" {
		return Policy{}, fmt.Errorf("policy document: the Version must be 2012-10-17 or 2008-10-17, not %q", raw.Version)
	}
	statements := []json.RawMessage{raw.Statement}
	if bytes.HasPrefix(bytes.TrimSpace(raw.Statement), []byte("[")) {
		if err := json.Unmarshal(raw.Statement, &statements); err != nil {
			return Policy{}, fmt.Errorf("policy document: %w", err)
		}
	}
	p := Policy{Version: raw.Version, ID: raw.ID}
	for i, text := range statements {
		s, err := parseStatement(text)
		if err != nil {
			return Policy{}, fmt.Errorf("policy document: statement %d: %w", i+1, err)
		}
		p.Statement = append(p.Statement, s)
	}
	if len(p.Statement) == 0 {
		return Policy{}, errors.New("policy document: it has no statement")
	}
	return p, nil
}

func parseStatement(text []byte) (Statement, error) {
	var raw struct {
		Sid, Effect      string
		Action, Resource words
	}
	if len(text) == 0 {
		return Statement{}, errors.New("it is missing")
	}
	if err := strictly(text, &raw); err != nil {
		return Statement{}, err
	}
	if raw.Effect != "Allow" && raw.Effect != "Deny" {
		return Statement{}, fmt.Errorf("the Effect must be Allow or Deny, not %q", raw.Effect)
	}
	if len(raw.Action) == 0 || len(raw.Resource) == 0 {
		return Statement{}, errors.New("it needs at least one Action and one Resource")
	}
	for _, action := range raw.Action {
		if service, verb, found := strings.Cut(action, ":"); action != "*" && (!found || service == "" || verb == "") {
			return Statement{}, fmt.Errorf("the action %q must be prefixed by a vendor such as ssm, s3 or ecr", action)
		}
	}
	for _, resource := range raw.Resource {
		if strings.Contains(resource, "${") {
			return Statement{}, fmt.Errorf("the twin does not know policy variables: %q", resource)
		}
		if resource != "*" && strings.Count(resource, ":") < 5 {
			return Statement{}, fmt.Errorf("the resource %q must be in ARN format or \"*\"", resource)
		}
	}
	return Statement{Sid: raw.Sid, Effect: raw.Effect, Action: raw.Action, Resource: raw.Resource}, nil
}

// Evaluate decides as IAM does: an explicit denial wins over every grant, and what nothing grants is denied.
func (p Policy) Evaluate(action, resource string) Decision {
	decision := ImplicitDeny
	for _, s := range p.Statement {
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

// words is a string or a list of strings, which IAM takes alike.
type words []string

func (w *words) UnmarshalJSON(data []byte) error {
	var one string
	if err := json.Unmarshal(data, &one); err == nil {
		*w = words{one}
		return nil
	}
	var all []string
	if err := json.Unmarshal(data, &all); err != nil {
		return errors.New("Action and Resource are a string or a list of strings")
	}
	*w = all
	return nil
}

func strictly(document []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("text follows the document")
	}
	return nil
}
