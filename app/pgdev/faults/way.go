package faults

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
)

// Way leads to one database, through a port of its own, and can be made longer.
type Way struct {
	proxy *toxiproxy.Proxy
	url   *url.URL
}

// StartWay opens one to databaseURL.
func StartWay(databaseURL string) (*Way, error) {
	u, err := url.Parse(databaseURL)
	if err != nil {
		return nil, err
	}
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(prometheus.NewRegistry()), zerolog.Nop())
	proxy := toxiproxy.NewProxy(server, "database", "127.0.0.1:0", u.Host)
	if err := proxy.Start(); err != nil {
		return nil, err
	}
	u.Host = proxy.Listen
	return &Way{proxy, u}, nil
}

// URL is the database at the end of the way.
func (w *Way) URL() string { return w.url.String() }

// Stop closes all connections and takes no more.
func (w *Way) Stop() { w.proxy.Stop() }

// Stretch delays what passes by half a round trip in each direction, in whole
// milliseconds, instead of what it did before.
func (w *Way) Stretch(trip time.Duration) error {
	w.clear()
	half := (trip / 2).Truncate(time.Millisecond)
	if err := w.add("latency", "upstream", half); err != nil {
		return err
	}
	return w.add("latency", "downstream", trip-half)
}

// add puts one of toxiproxy's two kinds in the way whose only attribute, in
// milliseconds, has the kind's name.
func (w *Way) add(kind, stream string, delay time.Duration) error {
	_, err := w.proxy.Toxics.AddToxicJson(strings.NewReader(fmt.Sprintf(
		`{"type": %[1]q, "stream": %[2]q, "attributes": {%[1]q: %[3]d}}`, kind, stream, delay.Milliseconds())))
	return err
}

func (w *Way) clear() { w.proxy.Toxics.ResetToxics(context.Background()) }
