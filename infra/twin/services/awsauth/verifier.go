// Package awsauth is who may call AWS in the twin: version 4 signatures are verified with the keys that the instance
// metadata service handed out, and every call is held against the role's policies.
package awsauth

import (
	"crypto/hmac"
	"errors"
	"fmt"
	"net/http"
	"time"

	"crosscloud/infra/twin/services/token"
	"crosscloud/infra/twin/state"
)

// Verifier finds out who signed a request, and what they may do.
type Verifier struct {
	store   *state.Store
	mint    *token.Mint
	account string
	region  string
	now     func() time.Time
}

// NewVerifier returns the verifier of one twin. The clock is a parameter so that tests can let credentials expire.
func NewVerifier(store *state.Store, mint *token.Mint, account, region string, now func() time.Time) *Verifier {
	return &Verifier{store: store, mint: mint, account: account, region: region, now: now}
}

// Caller is who signed a request.
type Caller struct {
	ARN string
	// Operator is the person who runs pulumi, who may do everything and has no role.
	Operator     bool
	Role, RoleID string
}

// Verify checks the request's signature for a service and returns who made it. The body has been read and checked, but on S3,
// where nobody reads it.
func (v *Verifier) Verify(r *http.Request, service string) (Caller, error) {
	s, err := parseSignature(r)
	if err != nil {
		return Caller{}, err
	}
	if s.service != service || s.region != v.region {
		return Caller{}, &Error{Code: BadSignature, Message: fmt.Sprintf("Credential should be scoped to a valid region and to the correct service: '%s', '%s'.", v.region, service)}
	}
	if err := checkTime(service, s.time, v.now()); err != nil {
		return Caller{}, err
	}
	caller, secret, err := v.keyOf(s, r.Header.Get("X-Amz-Security-Token"))
	if err != nil {
		return Caller{}, err
	}
	hash, err := payloadHash(r, service)
	if err != nil {
		return Caller{}, err
	}
	if !s.matches(r, secret, hash) {
		return Caller{}, &Error{Code: BadSignature, Message: "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}
	}
	return caller, nil
}

// keyOf finds the caller and their secret key from the access key and the session token.
func (v *Verifier) keyOf(s signature, sessionToken string) (Caller, string, error) {
	if sessionToken == "" { // there are no long-lived keys
		return Caller{}, "", &Error{Code: UnknownKey, Message: "The security token included in the request is invalid."}
	}
	claims, _, err := token.Read[session](v.mint, purposeSession, sessionToken, v.now())
	switch {
	case errors.Is(err, token.ErrExpired):
		return Caller{}, "", &Error{Code: Expired, Message: "The security token included in the request is expired"}
	case err != nil:
		return Caller{}, "", &Error{Code: InvalidToken, Message: "The security token included in the request is invalid."}
	}
	if !hmac.Equal([]byte(v.accessKey(sessionToken)), []byte(s.accessKey)) {
		return Caller{}, "", &Error{Code: UnknownKey, Message: "The security token included in the request is invalid."}
	}
	return v.assumed(claims), v.secretKey(sessionToken), nil
}

// Operator is the caller that the registry's password of the person who runs pulumi stands for.
func (v *Verifier) Operator() Caller {
	return Caller{ARN: "arn:aws:iam::" + v.account + ":user/operator", Operator: true}
}

func (v *Verifier) assumed(s session) Caller {
	return Caller{
		ARN:    "arn:aws:sts::" + v.account + ":assumed-role/" + s.Role + "/" + s.Instance,
		Role:   s.Role,
		RoleID: s.RoleID,
	}
}

// Authorize returns nil when the caller may do the action on the resource, and otherwise an Error in AWS's words. The
// policies are read anew, so that a change counts as soon as it takes effect.
func (v *Verifier) Authorize(c Caller, action, resource string) error {
	if c.Operator {
		return nil
	}
	decision, err := v.decide(c, action, resource)
	if err != nil {
		return err
	}
	reason := "because no identity-based policy allows the " + action + " action"
	switch decision {
	case Allow:
		return nil
	case ExplicitDeny:
		reason = "with an explicit deny in an identity-based policy"
	}
	on := ""
	if resource != "*" {
		on = " on resource: " + resource
	}
	return &Error{Code: Denied, Message: fmt.Sprintf("User: %s is not authorized to perform: %s%s %s", c.ARN, action, on, reason)}
}

func (v *Verifier) decide(c Caller, action, resource string) (Decision, error) {
	role, err := state.Get[state.Role](v.store, c.Role)
	if errors.Is(err, state.ErrNotFound) || err == nil && role.ID != c.RoleID {
		return ImplicitDeny, nil // the role that these credentials are of is gone
	}
	if err != nil {
		return ImplicitDeny, err
	}
	decision := ImplicitDeny
	for name, document := range role.Policies {
		document = role.PolicyHistory[name].InForce(document, v.now())
		if document == "" {
			continue // a new policy
		}
		policy, err := ParsePolicy(document)
		if err != nil {
			return ImplicitDeny, fmt.Errorf("role %s, policy %s: %w", c.Role, name, err)
		}
		switch policy.Evaluate(action, resource) {
		case ExplicitDeny:
			return ExplicitDeny, nil
		case Allow:
			decision = Allow
		}
	}
	return decision, nil
}

// Allowed is Authorize for a service that only needs to know.
func (v *Verifier) Allowed(c Caller, action, resource string) (bool, error) {
	err := v.Authorize(c, action, resource)
	var refused *Error
	if errors.As(err, &refused) {
		return false, nil
	}
	return err == nil, err
}
