// Package ecr is AWS's container registry: the API by which a host gets its registry password, and the registry. The
// protocol of blobs is that of a published registry library; images and tags are in the twin's state, so that
// they outlive the services and the provider can see them.
package ecr

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"crosscloud/infra/twin/services/awsauth"
	"crosscloud/infra/twin/services/token"
	"crosscloud/infra/twin/state"
)

const (
	target  = "AmazonEC2ContainerRegistry_V20150921."
	purpose = "ecr authorization"
	// User is the one that every client of the registry gives.
	User = "AWS"
	// tokenLife is ECR's.
	tokenLife = 12 * time.Hour
)

// Server answers api.ecr.REGION.amazonaws.com, and ServeRegistry ACCOUNT.dkr.ecr.REGION.amazonaws.com.
type Server struct {
	store    *state.Store
	mint     *token.Mint
	verifier *awsauth.Verifier
	account  string
	region   string
	log      *slog.Logger
	now      func() time.Time
}

// New returns the service.
func New(store *state.Store, mint *token.Mint, verifier *awsauth.Verifier, account, region string, log *slog.Logger, now func() time.Time) *Server {
	return &Server{store: store, mint: mint, verifier: verifier, account: account, region: region, log: log, now: now}
}

// Host is the registry's name.
func (s *Server) Host() string { return Host(s.account, s.region) }

// Host is the name of an account's registry.
func Host(account, region string) string { return account + ".dkr.ecr." + region + ".amazonaws.com" }

// arn names a repository in policies.
func (s *Server) arn(repository string) string {
	return fmt.Sprintf("arn:aws:ecr:%s:%s:repository/%s", s.region, s.account, repository)
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	caller, err := s.verifier.Verify(r, "ecr")
	if err != nil {
		awsauth.WriteJSON(w, s.log, err)
		return
	}
	if operation := strings.TrimPrefix(r.Header.Get("X-Amz-Target"), target); operation != "GetAuthorizationToken" {
		awsauth.WriteJSON(w, s.log, &awsauth.Error{Code: awsauth.NotImplemented, Message: fmt.Sprintf("The twin's ECR does not have the operation %q.", operation)})
		return
	}
	if err := s.verifier.Authorize(caller, "ecr:GetAuthorizationToken", "*"); err != nil {
		awsauth.WriteJSON(w, s.log, err)
		return
	}
	password, expires, err := Password(s.mint, caller, s.now())
	if err != nil {
		awsauth.WriteJSON(w, s.log, err)
		return
	}
	type data struct {
		AuthorizationToken string  `json:"authorizationToken"`
		ExpiresAt          float64 `json:"expiresAt"`
		ProxyEndpoint      string  `json:"proxyEndpoint"`
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	_ = json.NewEncoder(w).Encode(map[string][]data{"authorizationData": {{ // the client went away
		AuthorizationToken: base64.StdEncoding.EncodeToString([]byte(User + ":" + password)),
		ExpiresAt:          float64(expires.Unix()),
		ProxyEndpoint:      "https://" + s.Host(),
	}}})
}

// Password is the registry's password of a caller.
func Password(mint *token.Mint, c awsauth.Caller, now time.Time) (password string, expires time.Time, err error) {
	expires = now.Add(tokenLife)
	password, err = token.New(mint, purpose, c, expires)
	return password, expires, err
}
