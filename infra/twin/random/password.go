package random

import (
	"context"
	"crypto/rand"
	"fmt"

	"golang.org/x/crypto/bcrypt"

	"crosscloud/infra/twin/cloud"
)

// PasswordArgs are the arguments of random:index/randomPassword:RandomPassword. The four switches default to true.
type PasswordArgs struct {
	Keepers         map[string]string `json:"keepers,omitempty"`
	Length          int               `json:"length"`
	Lower           *bool             `json:"lower,omitempty"`
	MinLower        int               `json:"minLower"`
	MinNumeric      int               `json:"minNumeric"`
	MinSpecial      int               `json:"minSpecial"`
	MinUpper        int               `json:"minUpper"`
	Number          *bool             `json:"number,omitempty"`
	Numeric         *bool             `json:"numeric,omitempty"`
	OverrideSpecial *string           `json:"overrideSpecial,omitempty"`
	Special         *bool             `json:"special,omitempty"`
	Upper           *bool             `json:"upper,omitempty"`
}

// Password is a drawn password; both its outputs are secret.
type Password struct {
	PasswordArgs
	Result     string `json:"result"`
	BcryptHash string `json:"bcryptHash"`
}

func password() cloud.Resource {
	return cloud.Kind[PasswordArgs, Password]{
		Token:    "random:index/randomPassword:RandomPassword",
		Required: []string{"length"},
		Replace: []string{
			"keepers", "length", "lower", "minLower", "minNumeric", "minSpecial", "minUpper",
			"number", "numeric", "overrideSpecial", "special", "upper",
		},
		Secret:    []string{"result", "bcryptHash"},
		Normalize: func(_ string, in PasswordArgs) PasswordArgs { return in.withDefaults() },
		Check:     checkPassword,
		Create: func(_ context.Context, _ string, in PasswordArgs) (string, Password, error) {
			out, err := newPassword(in)
			// The real provider's id is this word: an id is not secret, so it can't be the value.
			return "none", out, err
		},
	}
}

func (a PasswordArgs) withDefaults() PasswordArgs {
	// "number" is the older name of "numeric"; whichever is given decides, and both are reported.
	numeric := a.Numeric
	if numeric == nil {
		numeric = a.Number
	}
	a.Numeric, a.Number = or(numeric, true), or(numeric, true)
	a.Lower, a.Upper, a.Special = or(a.Lower, true), or(a.Upper, true), or(a.Special, true)
	return a
}

func (a PasswordArgs) classes() []class {
	special := specials
	if a.OverrideSpecial != nil && *a.OverrideSpecial != "" {
		special = *a.OverrideSpecial
	}
	var classes []class
	for _, c := range []struct {
		on *bool
		class
	}{
		{a.Lower, class{lowers, a.MinLower}},
		{a.Upper, class{uppers, a.MinUpper}},
		{a.Numeric, class{digits, a.MinNumeric}},
		{a.Special, class{special, a.MinSpecial}},
	} {
		if c.on != nil && *c.on {
			classes = append(classes, c.class)
		}
	}
	return classes
}

func checkPassword(in PasswordArgs) []cloud.Failure {
	var failures []cloud.Failure
	least := in.MinLower + in.MinUpper + in.MinNumeric + in.MinSpecial
	switch {
	case in.Length < 0:
		failures = append(failures, cloud.Failure{Property: "length", Reason: fmt.Sprintf("must be at least 1, got: %d", in.Length)})
	case in.Length > 0 && in.Length < least:
		failures = append(failures, cloud.Failure{Property: "length", Reason: fmt.Sprintf(
			"must be at least sum of minLower + minNumeric + minSpecial + minUpper (%d), got: %d", least, in.Length)})
	}
	if len(in.withDefaults().classes()) == 0 {
		failures = append(failures, cloud.Failure{Property: "special", Reason: "at least one of lower, upper, numeric and special must be true"})
	}
	return failures
}

func newPassword(in PasswordArgs) (Password, error) {
	if in.Length < 1 {
		return Password{}, fmt.Errorf("length must be at least 1, got: %d", in.Length)
	}
	result, err := draw(rand.Reader, in.Length, in.classes())
	if err != nil {
		return Password{}, err
	}
	// bcrypt reads 72 bytes and refuses longer input; the real provider hashes the first 72.
	hash, err := bcrypt.GenerateFromPassword([]byte(result[:min(len(result), 72)]), bcrypt.DefaultCost)
	if err != nil {
		return Password{}, fmt.Errorf("hash the password: %w", err)
	}
	return Password{PasswordArgs: in, Result: result, BcryptHash: string(hash)}, nil
}

func or(b *bool, otherwise bool) *bool {
	if b != nil {
		return b
	}
	return &otherwise
}
