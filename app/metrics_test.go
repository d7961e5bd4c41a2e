package main

import (
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// scrape reads metrics as Prometheus does.
func scrape(t *testing.T, url string) (map[string]*dto.MetricFamily, string) {
	t.Helper()
	response, err := client.Get(url)
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, http.StatusOK, response.StatusCode)
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	var parser expfmt.TextParser
	families, err := parser.TextToMetricFamilies(strings.NewReader(string(text)))
	require.NoError(t, err)
	return families, string(text)
}

// told reports whether a line stands in the metrics at a slot's address for them.
func told(t *testing.T, address, line string) bool {
	t.Helper()
	_, text := scrape(t, "http://"+address+"/metrics")
	return slices.Contains(strings.Split(text, "\n"), line)
}

// labelled returns the values of those of a family's metrics that have a label.
func labelled(family *dto.MetricFamily, name, value string) (values []float64) {
	for _, metric := range family.GetMetric() {
		for _, label := range metric.GetLabel() {
			if label.GetName() == name && label.GetValue() == value {
				values = append(values, metric.GetCounter().GetValue()+float64(metric.GetHistogram().GetSampleCount()))
			}
		}
	}
	return values
}

func TestMetricsTellWhatWasAnswered(t *testing.T) {
	config := database(t)
	config.MetricsListen = freeAddress(t)
	metrics := "http://" + config.MetricsListen + "/metrics"
	r := start(t, config)
	eventually(t, "ready", func() bool { return status(t, r.url+"/readyz") == http.StatusOK })
	response, err := client.PostForm(r.url+"/add", url.Values{"todo": {"a secret plan"}})
	require.NoError(t, err)
	owner := response.Cookies()[0].Value
	visit(t, r.url+"/", response.Cookies()[0])
	for range 3 {
		status(t, r.url+"/o/"+owner)
	}
	status(t, r.url+listOfNobody)
	status(t, r.url+listOfNobody+"/todos")
	status(t, r.url+"/nowhere/"+owner)

	var families map[string]*dto.MetricFamily
	var text string
	eventually(t, "what nobody needs is looked for after the migrations", func() bool {
		families, text = scrape(t, metrics)
		return strings.Contains(text, `purges_total{result="done"} 1`)
	})
	requests := families["http_requests_total"]
	assert.Equal(t, dto.MetricType_COUNTER, requests.GetType())
	assert.Contains(t, text, `http_requests_total{route="POST /add",status="303"} 1`)
	assert.Contains(t, text, `http_requests_total{route="GET /{$}",status="200"} 1`)
	assert.Contains(t, text, `http_requests_total{route="GET /l/{share}/todos",status="404"} 1`)
	assert.Equal(t, []float64{3}, labelled(requests, "route", "GET /o/{owner}"))
	assert.Equal(t, []float64{1}, labelled(requests, "route", "none"), "a path that nothing answers is no label")
	seconds := families["http_request_duration_seconds"]
	assert.Equal(t, dto.MetricType_HISTOGRAM, seconds.GetType())
	assert.Equal(t, []float64{3}, labelled(seconds, "route", "GET /o/{owner}"))

	for _, name := range []string{
		"db_pool_acquire_seconds_total", "db_pool_acquires_given_up_total", "db_pool_acquires_total",
		"db_pool_acquires_waited_total", "db_pool_connections_idle", "db_pool_connections_max", "db_pool_connections_opened_total",
		"db_pool_connections_opening", "db_pool_connections_used", "db_retries_total", "purged_rows_total", "purges_total",
		"go_goroutines", "go_info", "process_cpu_seconds_total", "process_resident_memory_bytes",
	} {
		assert.Contains(t, families, name)
	}
	assert.EqualValues(t, 10, families["db_pool_connections_max"].GetMetric()[0].GetGauge().GetValue())
	assert.Positive(t, families["db_pool_acquires_total"].GetMetric()[0].GetCounter().GetValue())
	for _, private := range []string{owner, owner[:8], "AAAAAAAA", "secret", "nowhere"} {
		assert.NotContains(t, text, private)
	}
	assert.Equal(t, http.StatusNotFound, status(t, r.url+"/metrics"), "visitors get none")
}

func TestServeFailsWhereTheMetricsAddressIsTaken(t *testing.T) {
	config := database(t)
	config.MetricsListen = freeAddress(t)
	first := start(t, config)
	eventually(t, "it answers", func() bool { return status(t, first.url+"/healthz") == http.StatusOK })
	settings := map[string]string{"DATABASE_URL": "postgres://todo@127.0.0.1:1/todo", "LISTEN": "127.0.0.1:0", "METRICS_LISTEN": config.MetricsListen}
	stdout, _, code := app(t, settings, "serve")
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, stdout, "METRICS_LISTEN="+config.MetricsListen)
	assert.Contains(t, stdout, "address already in use")
}

func TestDevelopmentLogsText(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	settings := map[string]string{
		"DATABASE_URL": "postgres://todo:hunter2@127.0.0.1:1/todo", "LISTEN": taken.Addr().String(), "APP_SETTINGS": "development",
	}
	stdout, _, _ := app(t, settings, "serve")
	assert.Contains(t, stdout, "level=ERROR msg=failed")
	settings["APP_SETTINGS"] = "production"
	stdout, _, _ = app(t, settings, "serve")
	assert.Contains(t, stdout, `"level":"ERROR","msg":"failed"`)
}

// freeAddress was free a moment ago.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}
