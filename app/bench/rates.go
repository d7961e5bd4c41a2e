package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"time"

	"crosscloud/app/todo"
)

// rates measures how many pages and writes a second the app serves, and by
// turns what its database and a web server could at most. Of the rounds the
// median counts: something else on the machine may have spoilt one.
func (b *bench) rates(ctx context.Context) error {
	s, err := statementOfPage(ctx, b.database, b.lists.small)
	if err != nil {
		return err
	}
	bare, err := newPgbench(b, s)
	if err != nil {
		return err
	}
	body, err := fetch(ctx, b.app.url+"/", b.lists.small)
	if err != nil {
		return err
	}
	static, err := startNginx(ctx, filepath.Join(b.dir, "nginx"), body)
	if err != nil {
		return err
	}
	defer static.stop()

	page, write := b.app.pageOf(b.lists.small), b.app.additionsTo(b.lists.writes)
	var warm, reads, writes, files load
	for _, requests := range [][]request{page, write, static.page()} {
		if err := warm.run(ctx, requests, connections, min(time.Second, b.phase)); err != nil {
			return err
		}
	}
	var pages, items, statements, bytes, shares rounds
	for range b.rounds {
		rate, err := reads.turn(ctx, b.app, page, b.phase)
		if err != nil {
			return err
		}
		pages = append(pages, rate)
		if rate, err = bare.rate(ctx, b.phase); err != nil {
			return err
		}
		statements = append(statements, rate)
		shares = append(shares, 100*pages[len(pages)-1]/rate)
		if rate, err = writes.turn(ctx, b.app, write, b.phase); err != nil {
			return err
		}
		items = append(items, rate)
		if rate, err = files.turn(ctx, b.app, static.page(), b.phase); err != nil {
			return err
		}
		bytes = append(bytes, rate)
	}
	memory, err := peakMemory(b.app.cmd.Process.Pid)
	if err != nil {
		return err
	}

	group := fmt.Sprintf("page of %d items, %.1f KB, %d connections", pageItems, float64(len(body))/1000, connections)
	b.report.add(group, "requests", pages.median(), "/s", nil)
	b.report.add(group, "of what pgbench gets from the same statement", shares.median(), "%", atLeast(40))
	b.report.add(group, "the same, least of all rounds", slices.Min(shares), "%", nil)
	b.report.add(group, "the same, most of all rounds", slices.Max(shares), "%", nil)
	b.report.add(group, "p50", reads.quantile(0.50), "ms", nil)
	b.report.add(group, "p99", reads.quantile(0.99), "ms", nil)
	b.report.add(group, "the app's CPU time", reads.cpuEach(), "ms/request", nil)
	group = "a new item"
	b.report.add(group, "requests", items.median(), "/s", nil)
	b.report.add(group, "p50", writes.quantile(0.50), "ms", nil)
	b.report.add(group, "p99", writes.quantile(0.99), "ms", nil)
	b.report.add(group, "the app's CPU time", writes.cpuEach(), "ms/request", nil)
	group = "memory"
	b.report.add(group, "most that was resident under that load", float64(memory)/1e6, "MB", atMost(30))
	group = "ceilings"
	b.report.add(group, "pgbench with the page's statement", statements.median(), "/s", nil)
	b.report.add(group, "nginx with the page's bytes", bytes.median(), "/s", nil)
	b.report.Bars = []bar{
		{"pgbench, the page's statement", statements.median()}, {"nginx, the page's bytes", bytes.median()},
		{"app, page of 10 items", pages.median()}, {"app, new item", items.median()},
	}
	return nil
}

func fetch(ctx context.Context, address string, owner todo.Token) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Cookie", cookieOf(owner))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("GET %s: %s", address, response.Status)
	}
	return io.ReadAll(response.Body)
}

// rounds holds what each round found.
type rounds []float64

func (r rounds) median() float64 {
	sorted := slices.Sorted(slices.Values(r))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}
