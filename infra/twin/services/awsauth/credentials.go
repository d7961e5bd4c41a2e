package awsauth

import (
	"encoding/base32"
	"encoding/base64"
	"time"

	"crosscloud/infra/twin/services/token"
	"crosscloud/infra/twin/state"
)

const (
	purposeSession = "aws session"
	purposeKey     = "aws secret key"
	// sessionLife is how long the credentials are good that an instance gets, which is about AWS's six hours; they are
	// renewed every sessionStep, so a host always holds some that are good for hours.
	sessionLife = 6 * time.Hour
	sessionStep = time.Hour
)

// Credentials are what a client signs with.
type Credentials struct {
	AccessKeyID     string
	SecretAccessKey string
	SessionToken    string
	Issued, Expires time.Time
}

// session is what a session token says.
type session struct {
	Role     string
	RoleID   string // a role that was deleted and made again under its name is another one
	Instance string
}

// RoleCredentials are those that the instance metadata service hands out. Within an hour they are the same.
func (v *Verifier) RoleCredentials(role state.Role, instance string) (Credentials, error) {
	issued := v.now().Truncate(sessionStep)
	expires := issued.Add(sessionLife)
	text, err := token.New(v.mint, purposeSession, session{Role: role.Name, RoleID: role.ID, Instance: instance}, expires)
	if err != nil {
		return Credentials{}, err
	}
	return Credentials{
		AccessKeyID:     v.accessKey(text),
		SecretAccessKey: v.secretKey(text),
		SessionToken:    text,
		Issued:          issued,
		Expires:         expires,
	}, nil
}

// accessKey makes an id of AWS's form: a prefix for temporary keys and 16 characters of base 32.
func (v *Verifier) accessKey(subject string) string {
	return "ASIA" + base32.StdEncoding.EncodeToString(v.mint.Derive("aws access key", subject))[:16]
}

func (v *Verifier) secretKey(subject string) string {
	return base64.StdEncoding.EncodeToString(v.mint.Derive(purposeKey, subject))[:40]
}
