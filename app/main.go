// Command app is the todo web app.
//
//	app [serve]         serve the site, after applying pending migrations
//	app migrate up      apply pending migrations and exit
//	app migrate status  say how many are applied; exit 1 while some are pending
//	app migrate down    take the last one back, unless that would delete data;
//	                    with --lose-data also then
//	app help            print the usage
//
// It exits with 0 when it did what it was asked to; 1 when that failed, and
// would fail again (a migration that the database refuses); 2 when the command
// line or the configuration is wrong; 75 when the database did not answer, or
// not now (it starts, has no connection left, refuses the password, keeps a
// lock), so that the same command may succeed later.
//
// Settings come from the environment or a file .env (see Config).
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"crosscloud/app/request"
	"crosscloud/app/todo"
)

const usage = `usage: app [serve]          serve the site, after applying pending migrations
       app migrate up       apply pending migrations
       app migrate status   say how many are applied; exit with 1 while some are pending
       app migrate down     take the last one back, unless that would delete data: --lose-data
       app help             print this

Settings come from the environment or a file .env; README.md lists them under "Settings".
`

// Exit codes.
const (
	exitOK          = 0
	exitFailed      = 1
	exitMisuse      = 2  // the command line or the configuration is wrong; trying again does not help
	exitUnavailable = 75 // the database does not answer; EX_TEMPFAIL of sysexits.h, "try again later"
)

func main() {
	collectLess()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	lookup, err := environment(".env")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(exitMisuse)
	}
	os.Exit(run(ctx, os.Args[1:], lookup, os.Stdout, os.Stderr))
}

// run executes one command. Results and serve's log go to stdout, misuse and
// what migrate has to say to stderr.
func run(ctx context.Context, args []string, lookup func(string) (string, bool), stdout, stderr io.Writer) int {
	commands := map[string]func(context.Context, Config, *slog.Logger, io.Writer) error{
		"":                         serve,
		"serve":                    serve,
		"migrate up":               migrateUp,
		"migrate status":           migrateStatus,
		"migrate down":             migrateDown,
		"migrate down --lose-data": migrateDownLosing,
	}
	name := strings.Join(args, " ")
	if name == "help" || name == "--help" || name == "-h" {
		fmt.Fprint(stdout, usage)
		return exitOK
	}
	command, ok := commands[name]
	if !ok {
		fmt.Fprint(stderr, usage)
		return exitMisuse
	}
	config, err := ReadConfig(lookup)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return exitMisuse
	}
	log := slog.New(request.LogHandler(logTo(stdout, config)))
	fail := func(err error) { log.Error("failed", "error", err) }
	if strings.HasPrefix(name, "migrate ") { // a person reads it, or a host that quotes its end
		log = slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: config.LogLevel}))
		fail = func(err error) { fmt.Fprintln(stderr, err) }
	}
	err = command(ctx, config, log, stdout)
	if err == nil {
		return exitOK
	}
	if !errors.Is(err, errReported) {
		fail(err)
	}
	if errors.Is(err, todo.ErrUnavailable) {
		return exitUnavailable
	}
	return exitFailed
}

// logTo writes JSON for programs, or text for the one person who watches.
func logTo(out io.Writer, config Config) slog.Handler {
	options := &slog.HandlerOptions{Level: config.LogLevel}
	if config.Mode == Development {
		return slog.NewTextHandler(out, options)
	}
	return slog.NewJSONHandler(out, options)
}
