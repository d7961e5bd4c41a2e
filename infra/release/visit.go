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

// listOfNobody is the share link of a list that is not there. That it is not, only the database knows: the front page of
// a visitor without a list is made without it, while this one is 503 as long as it does not answer.
const listOfNobody = "/l/AAAAAAAAAAAAAAAAAAAAAA"

// visit asks the site itself, over the way that visitors take, for its front page and for a page that takes the database,
// trusting the certificate that the host published and no other.
func visit(ctx context.Context, address, certificate string) error {
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
	if err := ask(ctx, client, "https://"+address+"/", http.StatusOK); err != nil {
		return err
	}
	return ask(ctx, client, "https://"+address+listOfNobody, http.StatusNotFound)
}

func ask(ctx context.Context, client *http.Client, url string, status int) error {
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
	if response.StatusCode != status {
		return fmt.Errorf("GET %s: %s", request.URL, response.Status)
	}
	return nil
}
