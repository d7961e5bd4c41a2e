package database

import (
	"encoding/base64"
	"fmt"
	"net"
	"net/url"
	"strconv"

	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"crosscloud/infra/scram"
)

// login is the password of the login role, for the app's side, and its verifier, for the server's.
type login struct {
	password pulumi.StringOutput // secret
	verifier pulumi.StringOutput // secret
}

func newLogin(ctx *pulumi.Context, db *Database) (*login, error) {
	password, err := random.NewRandomPassword(ctx, db.name+"-password", &random.RandomPasswordArgs{
		// Letters and digits need no escaping anywhere; 40 of them are 238 bits, beyond any guessing of the
		// password from its verifier.
		Length:  pulumi.Int(40),
		Special: pulumi.Bool(false),
	}, db.options()...)
	if err != nil {
		return nil, fmt.Errorf("create the password: %w", err)
	}
	// The salt is stored: a new one at every run would change the role at every run.
	salt, err := random.NewRandomBytes(ctx, db.name+"-salt", &random.RandomBytesArgs{
		Length: pulumi.Int(16),
	}, db.options()...)
	if err != nil {
		return nil, fmt.Errorf("create the password's salt: %w", err)
	}
	verifier := pulumi.All(password.Result, salt.Base64).ApplyT(func(values []any) (string, error) {
		raw, err := base64.StdEncoding.DecodeString(values[1].(string))
		if err != nil {
			return "", fmt.Errorf("decode the password's salt: %w", err)
		}
		return scram.Verifier(values[0].(string), raw, scram.MinIterations)
	}).(pulumi.StringOutput)
	return &login{
		password: pulumi.ToSecret(password.Result).(pulumi.StringOutput),
		verifier: pulumi.ToSecret(verifier).(pulumi.StringOutput),
	}, nil
}

// url is where the app logs in, in the form that libpq and pgx both read.
func (l *login) url(address pulumi.StringOutput) pulumi.StringOutput {
	return pulumi.All(address, l.password).ApplyT(func(values []any) string {
		u := url.URL{
			Scheme:   "postgresql",
			User:     url.UserPassword(loginName, values[1].(string)),
			Host:     net.JoinHostPort(values[0].(string), strconv.Itoa(port)),
			Path:     "/" + databaseName,
			RawQuery: "sslmode=verify-full&channel_binding=require",
		}
		return u.String()
	}).(pulumi.StringOutput)
}
