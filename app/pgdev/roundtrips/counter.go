// Package roundtrips counts how often a client waits for its database, on the
// wire between them. It is for tests.
package roundtrips

import (
	"net"
	"net/url"
	"sync"
	"testing"
)

// Counter passes bytes between a client and a database, and counts. The
// connection must not be encrypted (sslmode=disable).
type Counter struct {
	url      *url.URL
	listener net.Listener
	upstream string

	mu    sync.Mutex
	trips int
	conns []net.Conn
}

// New starts a counter in front of databaseURL and ends it with the test.
func New(t testing.TB, databaseURL string) *Counter {
	t.Helper()
	u, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &Counter{listener: listener, upstream: u.Host, url: u}
	u.Host = listener.Addr().String()
	go c.accept()
	t.Cleanup(c.close)
	return c
}

// URL is the database as seen through the counter.
func (c *Counter) URL() string { return c.url.String() }

// Trips is the number of round trips so far, of all connections: times that
// the client sent something after the database had spoken. What is sent in
// several packets before an answer comes is one trip.
func (c *Counter) Trips() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.trips
}

func (c *Counter) accept() {
	for {
		client, err := c.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", c.upstream)
		if err != nil {
			client.Close()
			continue
		}
		c.mu.Lock()
		c.conns = append(c.conns, client, server)
		c.mu.Unlock()
		waiting := false // for the server; guarded by mu
		go c.pass(client, server, func() {
			if !waiting {
				waiting = true
				c.trips++
			}
		})
		go c.pass(server, client, func() { waiting = false })
	}
}

func (c *Counter) pass(from, to net.Conn, seen func()) {
	defer to.Close()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			c.mu.Lock()
			seen()
			c.mu.Unlock()
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (c *Counter) close() {
	c.listener.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, conn := range c.conns {
		conn.Close()
	}
}
