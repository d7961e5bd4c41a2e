package release

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// visit asks the site itself, over the way that visitors take: https://ADDRESS/healthz, trusting the certificate that
// the host published and no other. It asks again until ctx ends, as the last reload may still be under way.
func visit(ctx context.Context, address, certificate string, pause func(context.Context) error) error {
	trusted := x509.NewCertPool()
	if !trusted.AppendCertsFromPEM([]byte(certificate)) {
		return errors.New("the web host published no certificate")
	}
	client := &http.Client{
		Timeout:   10 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12}},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
	}
	defer client.CloseIdleConnections()
	url := "https://" + address + "/healthz"
	for {
		err := get(ctx, client, url)
		if err == nil {
			return nil
		}
		if pause(ctx) != nil {
			return fmt.Errorf("the web host serves it, but the site does not answer from here: %w", err)
		}
	}
}

func get(ctx context.Context, client *http.Client, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 1<<16))
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s", url, response.Status)
	}
	return nil
}
