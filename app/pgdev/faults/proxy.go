// Package faults puts a proxy between the app and its database that can be
// down, frozen or slow. It is for tests.
package faults

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
)

// Proxy passes connections on to one database until told otherwise. It has its
// own port, which stays the same however often it goes down.
type Proxy struct {
	t     testing.TB
	proxy *toxiproxy.Proxy
	url   *url.URL
}

// New starts a proxy in front of databaseURL and ends it with the test.
func New(t testing.TB, databaseURL string) *Proxy {
	t.Helper()
	u, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	metrics := toxiproxy.NewMetricsContainer(prometheus.NewRegistry())
	server := toxiproxy.NewServer(metrics, zerolog.Nop())
	proxy := toxiproxy.NewProxy(server, t.Name(), "127.0.0.1:0", u.Host)
	if err := proxy.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proxy.Stop)
	u.Host = proxy.Listen
	return &Proxy{t: t, proxy: proxy, url: u}
}

// URL is the database as seen through the proxy.
func (p *Proxy) URL() string { return p.url.String() }

// Down closes all connections and refuses new ones until Up.
func (p *Proxy) Down() { p.proxy.Stop() }

// Up ends Down.
func (p *Proxy) Up() {
	p.t.Helper()
	if err := p.proxy.Start(); err != nil {
		p.t.Fatal(err)
	}
}

// Freeze accepts connections and bytes, and passes nothing on in either
// direction until Thaw: what is sent to stop a call is not heard either.
// Connections of that time end with it.
func (p *Proxy) Freeze() {
	p.t.Helper()
	p.toxic("timeout", "upstream", 0) // toxiproxy's word for never
	p.toxic("timeout", "downstream", 0)
}

// Slow adds a delay to each answer until Thaw.
func (p *Proxy) Slow(delay time.Duration) {
	p.t.Helper()
	p.toxic("latency", "downstream", delay)
}

// Thaw ends Freeze and Slow.
func (p *Proxy) Thaw() { p.proxy.Toxics.ResetToxics(context.Background()) }

// toxic adds one of toxiproxy's two kinds whose only attribute, in
// milliseconds, has the kind's name.
func (p *Proxy) toxic(kind, stream string, delay time.Duration) {
	p.t.Helper()
	_, err := p.proxy.Toxics.AddToxicJson(strings.NewReader(fmt.Sprintf(
		`{"type": %[1]q, "stream": %[2]q, "attributes": {%[1]q: %[3]d}}`, kind, stream, delay.Milliseconds())))
	if err != nil {
		p.t.Fatal(err)
	}
}
