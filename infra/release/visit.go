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

// listOfNobody holds the todos of the share link whose token is all zeros, which no list has (app/todo.Token). Only the
// database can tell: while it does not answer the app, this is 503. The front page of a stranger is made without it.
const listOfNobody = "/l/AAAAAAAAAAAAAAAAAAAAAA/todos"

// visit asks the site itself, over the way that visitors take, trusting the certificate that the host published and no
// other: for its front page, and for what takes the way to the database and creates nothing there.
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
	if err := ask(ctx, client, "https://"+address+"/", http.StatusOK, "text/html; charset=utf-8"); err != nil {
		return err
	}
	// Such an answer is the app's: nginx itself finds nothing missing there.
	return ask(ctx, client, "https://"+address+listOfNobody, http.StatusNotFound, "application/problem+json")
}

func ask(ctx context.Context, client *http.Client, url string, status int, contentType string) error {
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
	if got := response.Header.Get("Content-Type"); response.StatusCode != status || got != contentType {
		return fmt.Errorf("GET %s: %s with %q, instead of %d with %q", url, response.Status, got, status, contentType)
	}
	return nil
}
