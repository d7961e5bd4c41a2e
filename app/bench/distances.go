package main

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
)

// roundTrips are those between two hosts of one metropolitan area, of one
// continent, and across the Atlantic.
var roundTrips = []time.Duration{5 * time.Millisecond, 20 * time.Millisecond, 80 * time.Millisecond}

// distances measures what a page and a write take with the database far away,
// for one visitor at a time. They are compared with an empty statement on the
// same way, for the proxy that makes it longer needs some time of its own.
func (b *bench) distances(ctx context.Context) error {
	way, err := startWay(b.database)
	if err != nil {
		return err
	}
	defer way.proxy.Stop()
	distant, err := startApp(ctx, b.binary, way.url)
	if err != nil {
		return err
	}
	defer distant.stop()
	page, write := distant.pageOf(b.lists.small), distant.additionsTo(b.lists.writes)
	for _, trip := range roundTrips {
		if err := way.stretch(trip); err != nil {
			return err
		}
		bare, err := way.p50(ctx, b.phase/4)
		if err != nil {
			return err
		}
		var warm, reads, writes load
		if err := warm.run(ctx, page, 1, max(b.phase/4, 12*trip)); err != nil { // also opens connections
			return err
		}
		if err := warm.run(ctx, write, 1, max(b.phase/4, 12*trip)); err != nil {
			return err
		}
		if err := reads.run(ctx, page, 1, b.phase); err != nil {
			return err
		}
		if err := writes.run(ctx, write, 1, b.phase); err != nil {
			return err
		}
		group := fmt.Sprintf("database %v away and back", trip)
		b.report.add(group, "an empty statement, p50", bare, "ms", nil)
		b.report.add(group, "page, p50", reads.quantile(0.50)/bare, "round trips", atMost(1.1))
		b.report.add(group, "new item, p50", writes.quantile(0.50)/bare, "round trips", atMost(1.1))
	}
	return nil
}

// way leads to the database and can be made longer.
type way struct {
	proxy *toxiproxy.Proxy
	url   string
}

func startWay(database string) (*way, error) {
	u, err := url.Parse(database)
	if err != nil {
		return nil, err
	}
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(prometheus.NewRegistry()), zerolog.Nop())
	proxy := toxiproxy.NewProxy(server, "database", "127.0.0.1:0", u.Host)
	if err := proxy.Start(); err != nil {
		return nil, err
	}
	u.Host = proxy.Listen
	return &way{proxy, u.String()}, nil
}

// stretch delays what passes by half a round trip in each direction, in whole
// milliseconds.
func (w *way) stretch(trip time.Duration) error {
	w.proxy.Toxics.ResetToxics(context.Background())
	half := trip.Milliseconds() / 2
	for direction, delay := range map[string]int64{"upstream": half, "downstream": trip.Milliseconds() - half} {
		_, err := w.proxy.Toxics.AddToxicJson(strings.NewReader(fmt.Sprintf(
			`{"name": %q, "stream": %[1]q, "type": "latency", "attributes": {"latency": %d}}`, direction, delay)))
		if err != nil {
			return err
		}
	}
	return nil
}

// p50 is what the shortest question takes on this way, in milliseconds: what
// it adds to its nominal length.
func (w *way) p50(ctx context.Context, during time.Duration) (float64, error) {
	conn, err := pgx.Connect(ctx, w.url)
	if err != nil {
		return 0, err
	}
	defer conn.Close(ctx)
	var asked load
	for begin := time.Now(); len(asked.latencies) == 0 || time.Since(begin) < during; {
		started := time.Now()
		if err := conn.Ping(ctx); err != nil {
			return 0, err
		}
		asked.latencies = append(asked.latencies, time.Since(started))
	}
	return asked.quantile(0.50), nil
}
