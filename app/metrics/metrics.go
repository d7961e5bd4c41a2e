// Package metrics counts what a slot does, in the text format of Prometheus.
//
// The library is a small one: Prometheus's own makes the program a fifth
// larger. No label holds what came from outside, so their number is bounded by
// the program's routes and statuses, and none opens a list.
package metrics

import (
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"crosscloud/app/postgres"
)

// Metrics is what one process counts.
type Metrics struct {
	set      *metrics.Set
	answered sync.Map // answer → *series, so that a request builds no names
	purges   *metrics.Counter
	failed   *metrics.Counter
	purged   *metrics.Counter
}

type answer struct {
	route  string
	status int
}

type series struct {
	requests *metrics.Counter
	seconds  *metrics.PrometheusHistogram
}

// buckets are upper bounds in seconds: from a page out of a near database to
// the longest that anybody waits.
var buckets = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}

// New counts from zero. The store's statistics are asked for at each look.
func New(stats func() postgres.Stats) *Metrics {
	metrics.ExposeMetadata(true) // the types of all below
	set := metrics.NewSet()
	set.RegisterMetricsWriter(func(w io.Writer) { writeStore(w, stats()) })
	return &Metrics{
		set:    set,
		purges: set.NewCounter(`purges_total{result="done"}`),
		failed: set.NewCounter(`purges_total{result="failed"}`),
		purged: set.NewCounter("purged_rows_total"),
	}
}

// Answered counts a request. The route is a pattern of the router, "" where
// none matched; never a path.
func (m *Metrics) Answered(route string, status int, took time.Duration) {
	key := answer{route, status}
	found, ok := m.answered.Load(key)
	if !ok {
		if route == "" {
			route = "none"
		}
		label := "{route=" + strconv.Quote(route)
		// Two that come first at once get the same series from the set.
		found, _ = m.answered.LoadOrStore(key, &series{
			m.set.GetOrCreateCounter("http_requests_total" + label + `,status="` + strconv.Itoa(status) + `"}`),
			m.set.GetOrCreatePrometheusHistogramExt("http_request_duration_seconds"+label+"}", buckets),
		})
	}
	s := found.(*series)
	s.requests.Inc()
	s.seconds.Update(took.Seconds())
}

// Purged counts one look for what nobody needs any more.
func (m *Metrics) Purged(rows int, err error) {
	m.purged.Add(rows)
	if err != nil {
		m.failed.Inc()
		return
	}
	m.purges.Inc()
}

// Handler answers every path with all there is to know.
func (m *Metrics) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		m.set.WritePrometheus(w)
		metrics.WriteProcessMetrics(w)
	})
}

func writeStore(w io.Writer, stats postgres.Stats) {
	pool := stats.Pool
	for name, n := range map[string]int32{
		"used":    pool.AcquiredConns(),
		"idle":    pool.IdleConns(),
		"opening": pool.ConstructingConns(),
		"max":     pool.MaxConns(),
	} {
		metrics.WriteGaugeUint64(w, "db_pool_connections_"+name, uint64(n))
	}
	metrics.WriteCounterUint64(w, "db_pool_connections_opened_total", uint64(pool.NewConnsCount()))
	metrics.WriteCounterUint64(w, "db_pool_acquires_total", uint64(pool.AcquireCount()))
	metrics.WriteCounterUint64(w, "db_pool_acquires_waited_total", uint64(pool.EmptyAcquireCount()))
	metrics.WriteCounterUint64(w, "db_pool_acquires_given_up_total", uint64(pool.CanceledAcquireCount()))
	metrics.WriteCounterFloat64(w, "db_pool_acquire_seconds_total", pool.AcquireDuration().Seconds())
	metrics.WriteCounterUint64(w, "db_retries_total", stats.Retries)
}
