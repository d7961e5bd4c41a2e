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

// logins are the roles that can log in. A role of PostgreSQL has one password, so a rotation takes turns: odd versions
// of the password belong to one role, even versions to the other. The next version gives a new password to the role that
// nobody uses, and only when the server knows it is the app told to change over.
type logins struct {
	roles   []login
	current login // the app's
}

// login is a role with the password, for the app's side, and its verifier, for the server's.
type login struct {
	role     string
	password pulumi.StringOutput // secret
	verifier pulumi.StringOutput // secret
}

func newLogins(ctx *pulumi.Context, db *Database) (*logins, error) {
	current := max(db.args.PasswordVersion, 1)
	l := &logins{}
	for _, turn := range []struct {
		suffix  string
		version int
	}{
		{"a", newest(current, 1)},
		{"b", newest(current, 0)},
	} {
		if turn.version == 0 {
			continue
		}
		made, err := newLogin(ctx, db, turn.suffix, turn.version)
		if err != nil {
			return nil, err
		}
		l.roles = append(l.roles, made)
		if turn.version == current {
			l.current = made
		}
	}
	return l, nil
}

// newest is the newest version up to current whose remainder by two is parity; 0 means that there was none yet.
func newest(current, parity int) int {
	return current - (current+parity)%2
}

// newLogin makes a password that changes with its version only.
func newLogin(ctx *pulumi.Context, db *Database, suffix string, version int) (login, error) {
	role := loginPrefix + suffix
	keepers := pulumi.StringMap{"version": pulumi.String(strconv.Itoa(version))}
	password, err := random.NewRandomPassword(ctx, db.name+"-password-"+suffix, &random.RandomPasswordArgs{
		// Letters and digits need no escaping anywhere; 40 of them are 238 bits, beyond any guessing of the
		// password from its verifier.
		Length:  pulumi.Int(40),
		Special: pulumi.Bool(false),
		Keepers: keepers,
	}, db.options()...)
	if err != nil {
		return login{}, fmt.Errorf("create the password of role %s: %w", role, err)
	}
	// The salt is stored: a new one at every run would change the role at every run.
	salt, err := random.NewRandomBytes(ctx, db.name+"-salt-"+suffix, &random.RandomBytesArgs{
		Length:  pulumi.Int(16),
		Keepers: keepers,
	}, db.options()...)
	if err != nil {
		return login{}, fmt.Errorf("create the salt of role %s's password: %w", role, err)
	}
	verifier := pulumi.All(password.Result, salt.Base64).ApplyT(func(values []any) (string, error) {
		raw, err := base64.StdEncoding.DecodeString(values[1].(string))
		if err != nil {
			return "", fmt.Errorf("decode the salt of role %s's password: %w", role, err)
		}
		return scram.Verifier(values[0].(string), raw, scram.MinIterations)
	}).(pulumi.StringOutput)
	return login{
		role:     role,
		password: pulumi.ToSecret(password.Result).(pulumi.StringOutput),
		verifier: pulumi.ToSecret(verifier).(pulumi.StringOutput),
	}, nil
}

// verifiers are those of the roles, in their order.
func (l *logins) verifiers() pulumi.StringArrayOutput {
	var all pulumi.StringArray
	for _, login := range l.roles {
		all = append(all, login.verifier)
	}
	return all.ToStringArrayOutput()
}

// url is where the app logs in, in the form that libpq and pgx both read.
func (l login) url(address pulumi.StringOutput) pulumi.StringOutput {
	return pulumi.All(address, l.password).ApplyT(func(values []any) string {
		u := url.URL{
			Scheme:   "postgresql",
			User:     url.UserPassword(l.role, values[1].(string)),
			Host:     net.JoinHostPort(values[0].(string), strconv.Itoa(port)),
			Path:     "/" + databaseName,
			RawQuery: "sslmode=verify-full&channel_binding=require",
		}
		return u.String()
	}).(pulumi.StringOutput)
}
