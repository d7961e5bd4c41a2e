package services

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"crosscloud/infra/twin/services/awsauth"
	"crosscloud/infra/twin/services/ecr"
	"crosscloud/infra/twin/services/token"
	"crosscloud/infra/twin/state"
)

// OperatorToken is the registry password of the person who runs pulumi; the user is ecr.User.
func OperatorToken(s *state.Store) (string, error) {
	mint, err := token.NewMint(s)
	if err != nil {
		return "", err
	}
	verifier := awsauth.NewVerifier(s, mint, Account, "", time.Now)
	password, _, err := ecr.Password(mint, verifier.Operator(), time.Now())
	return password, err
}

// Transport reaches the services under the clouds' names from the operator's machine, whose resolver and trust store
// know nothing of the twin. Dir is the twin's directory and address, with a port, where the services answer.
func Transport(dir, address string) (*http.Transport, error) {
	file := filepath.Join(dir, "ca", "ca.crt")
	certificate, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reach the twin's services: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(certificate) {
		return nil, fmt.Errorf("reach the twin's services: %s has no certificate", file)
	}
	return &http.Transport{
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{Timeout: 10 * time.Second}).DialContext(ctx, network, address)
		},
		TLSClientConfig:     &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout: 10 * time.Second,
		IdleConnTimeout:     time.Minute,
		ForceAttemptHTTP2:   true,
	}, nil
}
