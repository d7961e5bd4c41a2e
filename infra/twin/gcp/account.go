package gcp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/state"
)

// AccountArgs are the arguments of gcp:serviceaccount/account:Account.
type AccountArgs struct {
	AccountId   string `json:"accountId"`
	Description string `json:"description,omitempty"`
	Disabled    bool   `json:"disabled,omitempty"`
	DisplayName string `json:"displayName,omitempty"`
	Project     string `json:"project,omitempty"`
}

// Account is a service account.
type Account struct {
	AccountArgs
	Email    string `json:"email"`
	Member   string `json:"member"`
	Name     string `json:"name"`
	UniqueId string `json:"uniqueId"`
}

// accountID is the rule of https://cloud.google.com/iam/docs/service-accounts-create#creating: 6 to 30 characters.
var accountID = regexp.MustCompile(`^[a-z](?:[-a-z0-9]{4,28}[a-z0-9])$`)

func (g *gcp) account() cloud.Resource {
	return cloud.Kind[AccountArgs, Account]{
		Token:    "gcp:serviceaccount/account:Account",
		Required: []string{"accountId"},
		Replace:  []string{"accountId", "project"},
		Stable:   []string{"email", "member", "name", "uniqueId"},
		Normalize: func(_ string, in AccountArgs) AccountArgs {
			in.Project = g.projectOr(in.Project)
			return in
		},
		Check: func(in AccountArgs) []cloud.Failure {
			var c checks
			c.match("accountId", in.AccountId, accountID)
			c.length("displayName", in.DisplayName, 100)
			c.length("description", in.Description, 256)
			if in.Disabled {
				c.add("disabled", "the twin's service accounts are always enabled")
			}
			return c.failures
		},
		Create: func(_ context.Context, _ string, in AccountArgs) (string, Account, error) {
			email := in.AccountId + "@" + in.Project + ".iam.gserviceaccount.com"
			id := "projects/" + in.Project + "/serviceAccounts/" + email
			out := Account{
				AccountArgs: in, Email: email, Member: "serviceAccount:" + email, Name: id, UniqueId: "1" + state.NumericID(id+now()),
			}
			return id, out, doing("creating service account", g.createAccount(id, out))
		},
		Read: func(_ context.Context, id string) (Account, error) { return find[Account](g, id) },
		Update: func(_ context.Context, id string, old Account, in AccountArgs) (Account, error) {
			old.AccountArgs = in
			return old, doing("updating service account", rewrite(g, id, old))
		},
		// Google deletes an account that VMs still run as; they lose their access. A new account of the same name does not
		// inherit the grants of the old one, so they end here.
		Delete: func(_ context.Context, id string, old Account) error {
			if err := g.revoke(func(b state.Binding) bool { return b.Member == old.Member }); err != nil {
				return err
			}
			return state.Delete[Account](g.env.Store, id)
		},
	}
}

func (g *gcp) createAccount(id string, out Account) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := g.enabled(out.Project, iamAPI); err != nil {
		return err
	}
	err := create(g, id, out)
	var refused *apiError
	if errors.As(err, &refused) && refused.code == http.StatusConflict {
		return &apiError{
			http.StatusConflict,
			fmt.Sprintf("Service account %s already exists within project projects/%s.", out.AccountId, out.Project), "alreadyExists",
		}
	}
	return err
}
