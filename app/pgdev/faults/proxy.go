// Package faults puts a proxy between the app and its database that can be
// down, frozen or slow. It is for tests, and for measuring over a distance.
package faults

import (
	"testing"
	"time"
)

// Proxy passes connections on to one database until told otherwise. It has its
// own port, which stays the same however often it goes down.
type Proxy struct {
	t testing.TB
	*Way
}

// New starts a proxy in front of databaseURL and ends it with the test.
func New(t testing.TB, databaseURL string) *Proxy {
	t.Helper()
	way, err := StartWay(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(way.Stop)
	return &Proxy{t, way}
}

// Down closes all connections and refuses new ones until Up.
func (p *Proxy) Down() { p.Stop() }

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
func (p *Proxy) Thaw() { p.clear() }

func (p *Proxy) toxic(kind, stream string, delay time.Duration) {
	p.t.Helper()
	if err := p.add(kind, stream, delay); err != nil {
		p.t.Fatal(err)
	}
}
