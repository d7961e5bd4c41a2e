package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/pgdev"
)

// Everything is run, for moments; what it finds so is worth nothing.
func TestARunFindsEveryFigure(t *testing.T) {
	needPrograms(t)
	built := buildFlags
	buildFlags = nil // shares what the tests have compiled
	defer func() { buildFlags = built }()
	found, err := measure(t.Context(), plan{phase: 100 * time.Millisecond, rounds: 1, starts: 1, large: 60})
	require.NoError(t, err)
	judged := 0
	for _, f := range found.Figures {
		assert.Positive(t, f.Value, "%s: %s", f.Group, f.Name)
		if f.Target != nil {
			judged++
		}
	}
	assert.Equal(t, 11, judged, "reads, memory, 100,000 items, pages and writes at three distances, start, image")

	dir := filepath.Join(t.TempDir(), "new")
	require.NoError(t, found.save(dir))
	text, err := os.ReadFile(filepath.Join(dir, "bench.json"))
	require.NoError(t, err)
	var kept report
	require.NoError(t, json.Unmarshal(text, &kept))
	assert.Equal(t, found.Figures, kept.Figures)
	drawing, err := os.ReadFile(filepath.Join(dir, "bench.svg"))
	require.NoError(t, err)
	for decoder := xml.NewDecoder(bytes.NewReader(drawing)); err != io.EOF; {
		if _, err = decoder.Token(); err != io.EOF {
			require.NoError(t, err)
		}
	}
}

func needPrograms(t *testing.T) {
	installed, err := pgdev.Find()
	if err == nil {
		_, err = os.Stat(installed.Path("pgbench"))
	}
	if _, missing := nginxProgram(); err == nil {
		err = missing
	}
	if err != nil && os.Getenv("CI") == "" && (errors.Is(err, pgdev.ErrNotInstalled) || errors.Is(err, os.ErrNotExist) || errors.Is(err, exec.ErrNotFound)) {
		t.Skipf("SKIPPED, NOT TESTED: %v", err)
	}
	require.NoError(t, err)
}

func TestTheAppIsBuiltAsForItsImage(t *testing.T) {
	dockerfile, err := os.ReadFile("../../Dockerfile")
	require.NoError(t, err)
	assert.Contains(t, string(dockerfile), `RUN go build -ldflags="-s -w" -o /app ./app`)
	assert.Contains(t, string(dockerfile), "ENV CGO_ENABLED=0 GOFLAGS=-trimpath ")
	assert.Equal(t, []string{"-ldflags=-s -w", "-trimpath"}, buildFlags)
}

func TestPgbenchGetsTheArgumentsOfTheApp(t *testing.T) {
	sql, values := forPgbench(statement{
		sql:       "select $1, $2 + $1, $3, $10",
		arguments: []any{[]byte{0xab, 1}, int64(7), []byte(nil), 4, 5, 6, 7, 8, 9, "ten"},
	})
	assert.Equal(t, "select :p1, :p2 + :p1, nullif(:p3::bytea, '\\x00'), :p10;\n", sql)
	assert.Equal(t, []string{`--define=p1=\xab01`, "--define=p2=7", `--define=p3=\x00`}, values[:3])
}

func TestRateOfPgbench(t *testing.T) {
	rate, err := parseRate("latency average = 0.376 ms\ninitial connection time = 14.1 ms\ntps = 26538.9 (without initial connection time)\n")
	require.NoError(t, err)
	assert.Equal(t, 26538.9, rate)
	_, err = parseRate("pgbench: error: no connection\n")
	assert.ErrorContains(t, err, "no connection")
}

func TestTableSaysWhichTargetsWereMissed(t *testing.T) {
	var r report
	r.Machine = "2 × CPU"
	r.add("page", "rate", 1234.5, "/s", nil)
	r.add("page", "share", 39.9, "%", atLeast(40))
	r.add("memory", "peak", 30, "MB", atMost(30))
	var table bytes.Buffer
	r.print(&table)
	assert.Equal(t, `2 × CPU

page
  rate                                                 1234 /s
  share                                                39.9 %            ≥ 40    missed

memory
  peak                                                 30.0 MB           ≤ 30    ok
`, table.String())
}

func TestQuantiles(t *testing.T) {
	l := load{latencies: []time.Duration{3 * time.Millisecond, time.Millisecond, 2 * time.Millisecond}}
	assert.Equal(t, 2.0, l.quantile(0.50))
	assert.Equal(t, 3.0, l.quantile(1))
}

func TestABadAnswerEndsTheRun(t *testing.T) {
	site := httptest.NewServer(http.NotFoundHandler())
	defer site.Close()
	var l load
	assert.EqualError(t, l.run(t.Context(), []request{get(site.URL, "/absent", "")}, 2, time.Minute), "GET /absent: 404 Not Found")
}
