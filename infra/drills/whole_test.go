//go:build drills

package drills

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/state"
)

// recovery is how long a host may take to come back after `pulumi up` ended: to find its disk, to be asked again by
// whom it did not answer.
const recovery = 3 * time.Minute

// typeTodo is a visitor who adds a todo.
func (s *stack) typeTodo(t *testing.T, about string) {
	t.Helper()
	title := fmt.Sprintf("%s %d", about, time.Now().UnixNano())
	client := s.visitor(t)
	defer client.CloseIdleConnections()
	response, err := client.PostForm(s.url+"add", url.Values{"todo": {title}})
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, http.StatusOK, response.StatusCode)
	s.typed = append(s.typed, title)
}

// whole waits until the site serves everything that was typed, and notes how long that took since start.
func (s *stack) whole(t *testing.T, done string, start time.Time) {
	t.Helper()
	var problem error
	for deadline := time.Now().Add(recovery); time.Now().Before(deadline); time.Sleep(step) {
		if problem = s.remembers(); problem == nil {
			phases.add(done, start)
			return
		}
	}
	t.Fatalf("%s: the stack is not whole: %v", done, problem)
}

// remembers is an error unless the site shows every todo, on the first page of the list: the drills type fewer than 50.
func (s *stack) remembers() error {
	client, err := s.browser()
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	response, err := client.Get(s.url)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %.200s (%v)", response.Status, body, err)
	}
	for _, title := range s.typed {
		if !strings.Contains(string(body), title) {
			return fmt.Errorf("the page lacks %q", title)
		}
	}
	return nil
}

// visitor is browser in a drill that can't go on without.
func (s *stack) visitor(t *testing.T) *http.Client {
	t.Helper()
	client, err := s.browser()
	require.NoError(t, err)
	return client
}

// browser is one as far as HTTP goes, and the same one each time: it remembers its list. The site's certificate is its own
// for now, so it trusts exactly the one that the host published.
func (s *stack) browser() (*http.Client, error) {
	parameter, err := state.Get[state.Parameter](s.store(), "/crosscloud/"+s.name+"/status")
	if err != nil {
		return nil, err
	}
	var status struct{ Certificate string }
	if err := json.Unmarshal([]byte(parameter.Value), &status); err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(status.Certificate)) {
		return nil, fmt.Errorf("the status holds no certificate: %s", parameter.Value)
	}
	web, err := s.findMachine(state.AWS)
	if err != nil {
		return nil, err
	}
	return &http.Client{
		Timeout: 20 * time.Second,
		Jar:     s.cookies,
		Transport: &http.Transport{
			TLSClientConfig:   &tls.Config{RootCAs: roots, ServerName: web.Address},
			ForceAttemptHTTP2: true,
		},
	}, nil
}
