package main

import (
	"context"
	"slices"
	"sync"
	"time"
)

// connections is how many clients send at once, each its next request when it
// has the last one's answer, on a connection that stays open. With that many no
// CPU of a small machine waits for work.
const connections = 40

// load adds up phases of the same requests.
type load struct {
	cpu       time.Duration   // of the app
	latencies []time.Duration // one for each request
}

// run lets clients send for a while, beginning with different ones of the
// requests. What is not answered well fails the run: errors are fast, and would
// improve the figures.
func (l *load) run(ctx context.Context, requests []request, clients int, during time.Duration) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	latencies := make([][]time.Duration, clients)
	started := time.Now()
	var running sync.WaitGroup
	for n := range clients {
		running.Go(func() {
			var err error
			latencies[n], err = send(ctx, rotated(requests, n), started.Add(during))
			if err != nil {
				cancel(err)
			}
		})
	}
	running.Wait()
	l.latencies = append(l.latencies, slices.Concat(latencies...)...)
	return context.Cause(ctx)
}

func rotated(requests []request, by int) []request {
	by %= len(requests)
	return slices.Concat(requests[by:], requests[:by])
}

// send is one client. It sends the requests in turn.
func send(ctx context.Context, requests []request, until time.Time) (latencies []time.Duration, err error) {
	conn, err := dial(ctx, requests[0].address)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	for n := 0; ; n++ {
		started := time.Now()
		if started.After(until) {
			return latencies, nil
		}
		if err := conn.exchange(requests[n%len(requests)]); err != nil {
			return nil, err
		}
		latencies = append(latencies, time.Since(started))
	}
}

// turn is one more run of all connections. It returns its rate, in requests per
// second, and adds up the CPU time that the app took meanwhile.
func (l *load) turn(ctx context.Context, a *app, requests []request, during time.Duration) (float64, error) {
	before, err := cpuTime(a.cmd.Process.Pid)
	if err != nil {
		return 0, err
	}
	earlier, started := len(l.latencies), time.Now()
	if err := l.run(ctx, requests, connections, during); err != nil {
		return 0, err
	}
	took := time.Since(started)
	after, err := cpuTime(a.cmd.Process.Pid)
	l.cpu += after - before
	return float64(len(l.latencies)-earlier) / took.Seconds(), err
}

// cpuEach is the app's CPU time for one request, in milliseconds.
func (l *load) cpuEach() float64 { return milliseconds(l.cpu) / float64(len(l.latencies)) }

// quantile is the latency that the given part of all requests kept to, in
// milliseconds.
func (l *load) quantile(part float64) float64 {
	slices.Sort(l.latencies)
	return milliseconds(l.latencies[int(part*float64(len(l.latencies)-1))])
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
