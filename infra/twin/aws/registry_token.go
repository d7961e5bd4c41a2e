package aws

import (
	"context"
	"encoding/base64"
	"time"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/services/awsauth"
	"crosscloud/infra/twin/services/ecr"
	"crosscloud/infra/twin/services/token"
)

type getAuthorizationTokenArgs struct {
	RegistryID string `json:"registryId,omitempty"`
}

type getAuthorizationTokenResult struct {
	getAuthorizationTokenArgs
	ID                 string `json:"id"`
	AuthorizationToken string `json:"authorizationToken"`
	UserName           string `json:"userName"`
	Password           string `json:"password"`
	ExpiresAt          string `json:"expiresAt"`
	ProxyEndpoint      string `json:"proxyEndpoint"`
}

// getAuthorizationToken is the operator's way into the registry.
func (a *account) getAuthorizationToken() cloud.Invoke {
	return cloud.Function[getAuthorizationTokenArgs, getAuthorizationTokenResult]{
		Token:  "aws:ecr/getAuthorizationToken:getAuthorizationToken",
		Secret: []string{"authorizationToken", "password"},
		Call: func(_ context.Context, in getAuthorizationTokenArgs) (getAuthorizationTokenResult, error) {
			if in.RegistryID != "" && in.RegistryID != a.env.Account {
				return getAuthorizationTokenResult{}, refuse("InvalidParameterException", "the registry with id '%s' is not this account's", in.RegistryID)
			}
			mint, err := token.NewMint(a.env.Store)
			if err != nil {
				return getAuthorizationTokenResult{}, err
			}
			operator := awsauth.NewVerifier(a.env.Store, mint, a.env.Account, a.env.Region, a.now).Operator()
			password, expires, err := ecr.Password(mint, operator, a.now())
			return getAuthorizationTokenResult{
				getAuthorizationTokenArgs: in, ID: a.env.Region,
				AuthorizationToken: base64.StdEncoding.EncodeToString([]byte(ecr.User + ":" + password)),
				UserName:           ecr.User, Password: password, ExpiresAt: expires.UTC().Format(time.RFC3339),
				ProxyEndpoint: "https://" + ecr.Host(a.env.Account, a.env.Region),
			}, err
		},
	}
}
