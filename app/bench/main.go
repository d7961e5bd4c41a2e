// Command bench measures the app beside what its parts can do alone: pgbench
// with the app's own statement, nginx with the app's own bytes. All of it runs
// on this machine, in one run and by turns, so that whatever else disturbs the
// machine disturbs all. Absolute figures are this machine's; the ratios travel.
//
//	bench [-short] [-out DIR]
//
// It prints a table and writes DIR/bench.json and DIR/bench.svg. Run it from
// the repository's root. It needs Postgres with pgbench, nginx and Linux's /proc.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// plan is how much is measured. Figures of shorter runs vary more.
type plan struct {
	phase  time.Duration // of load, each time
	rounds int           // of the rivals, by turns
	starts int
	large  int // items of the large list
}

var (
	full  = plan{phase: 2 * time.Second, rounds: 9, starts: 15, large: 100_000}
	short = plan{phase: time.Second, rounds: 3, starts: 5, large: 100_000}
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	quick := flag.Bool("short", false, "a quick look: phases of one second")
	out := flag.String("out", ".artifacts", "directory for bench.json and bench.svg")
	flag.Parse()
	chosen := full
	if *quick {
		chosen = short
	}
	report, err := measure(ctx, chosen)
	if err == nil {
		report.print(os.Stdout)
		err = report.save(*out)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}
