package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"crosscloud/app/todo"
)

// request is one as it goes over the wire, made ahead. The load shares the
// machine with what it measures, so it does little: with net/http's client, or a
// library for load on top of that, it takes more than half of the CPU time that
// the app does, and pgbench, in C, next to none.
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

// exchange sends a request and reads its answer to the end. It understands what
// the app and nginx answer: a status line, header lines, one of which tells the
// length, and a body.
func (c *connection) exchange(r request) error {
	if _, err := c.Write(r.text); err != nil {
		return err
	}
	line, err := c.line()
	if err != nil {
		return err
	}
	if status := bytes.TrimPrefix(line, []byte("HTTP/1.1 ")); !bytes.HasPrefix(status, strconv.AppendInt(nil, int64(r.status), 10)) {
		return fmt.Errorf("%s: %s", r.text[:bytes.Index(r.text, []byte(" HTTP"))], status)
	}
	length := -1
	for {
		if line, err = c.line(); err != nil {
			return err
		}
		if len(line) == 0 {
			break
		}
		if value, found := bytes.CutPrefix(line, []byte("Content-Length: ")); found {
			if length, err = strconv.Atoi(string(value)); err != nil {
				return err
			}
		}
	}
	if length < 0 {
		return errors.New("an answer did not tell its length")
	}
	_, err = c.in.Discard(length)
	return err
}

// line is the next one without its end, valid until the next read.
func (c *connection) line() ([]byte, error) {
	line, err := c.in.ReadSlice('\n')
	return bytes.TrimSuffix(line, []byte("\r\n")), err
}
