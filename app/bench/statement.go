package main

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"crosscloud/app/postgres"
	"crosscloud/app/todo"
)

// statement is what the app sends for a page, seen on its way.
type statement struct {
	sql       string
	arguments []any
	settings  map[string]string // of the session, which decide how it is planned
	pool      int32             // connections at most
}

// statementOfPage asks the store for a page and watches.
func statementOfPage(ctx context.Context, database string, owner todo.Token) (statement, error) {
	config, err := postgres.ParseURL(database)
	if err != nil {
		return statement{}, err
	}
	seen := &watcher{}
	config.ConnConfig.Tracer = seen
	store, err := postgres.Open(ctx, config)
	if err != nil {
		return statement{}, err
	}
	defer store.Close()
	if _, err := store.Page(ctx, todo.Access{Token: owner, Owner: true}, todo.Query{Limit: 50}); err != nil {
		return statement{}, err
	}
	if seen.sql == "" {
		return statement{}, errors.New("the store read a page without a query")
	}
	return statement{seen.sql, seen.arguments, config.ConnConfig.RuntimeParams, config.MaxConns}, nil
}

// watcher is a pgx.QueryTracer that remembers the last query.
type watcher struct {
	sql       string
	arguments []any
}

func (w *watcher) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	w.sql, w.arguments = data.SQL, data.Args
	return ctx
}

func (w *watcher) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}
