package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"crosscloud/app/todo"
)

// request is one as it goes over the wire, made ahead: the load shares the
// machine with what it measures. With net/http's client, which passes each
// request to one goroutine and its answer to another, or with a library for
// load on top of it, the load takes more than half of the CPU that the app does.
type request struct {
	address string // host:port
	text    []byte
	status  int // of a good answer
}

func get(site, path, cookie string) request {
	address := strings.TrimPrefix(site, "http://")
	return request{address, fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\n\r\n", path, address, cookie), http.StatusOK}
}

func post(site, path, cookie string, form url.Values) request {
	address, body := strings.TrimPrefix(site, "http://"), form.Encode()
	return request{address, fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\n"+
		"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", path, address, cookie, len(body), body),
		http.StatusSeeOther}
}

func (a *app) pageOf(owner todo.Token) []request {
	return []request{get(a.url, "/", cookieOf(owner))}
}

// additionsTo has a new item for each list.
func (a *app) additionsTo(owners []todo.Token) []request {
	var requests []request
	for _, owner := range owners {
		requests = append(requests, post(a.url, "/add", cookieOf(owner), url.Values{"todo": {"Water the plants"}}))
	}
	return requests
}

// connection carries one exchange after the other.
type connection struct {
	net.Conn
	in *bufio.Reader
}

func dial(ctx context.Context, address string) (*connection, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return &connection{conn, bufio.NewReaderSize(conn, 64<<10)}, nil
}

// exchange sends a request and reads its answer to the end.
func (c *connection) exchange(r request) error {
	if _, err := c.Write(r.text); err != nil {
		return err
	}
	response, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != r.status {
		return fmt.Errorf("%s: %s", r.text[:strings.Index(string(r.text), " HTTP")], response.Status)
	}
	_, err = io.Copy(io.Discard, response.Body)
	return err
}
