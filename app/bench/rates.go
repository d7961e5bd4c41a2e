package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"time"

	"crosscloud/app/todo"
)

// rates measures how many pages and writes a second the app serves, and by
// turns what its database and a web server could at most.
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
	var statements float64
	for range b.rounds {
		if err := reads.runOn(ctx, b.app, page, connections, b.phase); err != nil {
			return err
		}
		rate, err := bare.rate(ctx, b.phase)
		if err != nil {
			return err
		}
		statements += rate / float64(b.rounds)
		if err := writes.runOn(ctx, b.app, write, connections, b.phase); err != nil {
			return err
		}
		if err := files.run(ctx, static.page(), connections, b.phase); err != nil {
			return err
		}
	}
	memory, err := peakMemory(b.app.cmd.Process.Pid)
	if err != nil {
		return err
	}

	group := fmt.Sprintf("page of %d items, %.1f KB, %d connections", pageItems, float64(len(body))/1000, connections)
	b.report.add(group, "requests", reads.rate(), "/s", nil)
	b.report.add(group, "of what pgbench gets from the same statement", 100*reads.rate()/statements, "%", atLeast(40))
	b.report.add(group, "p50", reads.quantile(0.50), "ms", nil)
	b.report.add(group, "p99", reads.quantile(0.99), "ms", nil)
	b.report.add(group, "the app's CPU time", reads.cpuEach(), "ms/request", nil)
	group = "a new item"
	b.report.add(group, "requests", writes.rate(), "/s", nil)
	b.report.add(group, "p50", writes.quantile(0.50), "ms", nil)
	b.report.add(group, "p99", writes.quantile(0.99), "ms", nil)
	b.report.add(group, "the app's CPU time", writes.cpuEach(), "ms/request", nil)
	group = "memory"
	b.report.add(group, "most that was resident under that load", float64(memory)/1e6, "MB", atMost(30))
	group = "ceilings"
	b.report.add(group, "pgbench with the page's statement", statements, "/s", nil)
	b.report.add(group, "nginx with the page's bytes", files.rate(), "/s", nil)
	b.report.Bars = []bar{
		{"pgbench, the page's statement", statements}, {"nginx, the page's bytes", files.rate()},
		{"app, page of 10 items", reads.rate()}, {"app, new item", writes.rate()},
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
