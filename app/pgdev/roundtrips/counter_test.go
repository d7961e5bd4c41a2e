package roundtrips

import (
	"context"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/pgdev"
)

func TestMain(m *testing.M) { os.Exit(pgdev.Main(m)) }

// The counts are those of PostgreSQL's protocol (manual, chapter 53.2).
func TestTripsAreCounted(t *testing.T) {
	counter := New(t, pgdev.Database(t))
	conn, err := pgx.Connect(t.Context(), counter.URL())
	require.NoError(t, err)
	defer conn.Close(context.Background())
	assert.Equal(t, 3, counter.Trips(), "start-up, SCRAM's first and final message")
	for name, step := range map[string]struct {
		trips int
		do    func() error
	}{
		"a simple query": {1, func() error { return conn.Ping(t.Context()) }},
		"a statement that is prepared first": {2, func() error {
			_, err := conn.Exec(t.Context(), "select $1::int", 1)
			return err
		}},
		"a transaction": {3, func() error {
			return pgx.BeginFunc(t.Context(), conn, func(tx pgx.Tx) error { return tx.Conn().Ping(t.Context()) })
		}},
		"a large answer": {1, func() error {
			_, err := conn.Exec(t.Context(), "select repeat('x', 1000000)")
			return err
		}},
		"a batch": {1, func() error {
			batch := &pgx.Batch{}
			batch.Queue("select 1")
			batch.Queue("select 2")
			return conn.SendBatch(t.Context(), batch).Close()
		}},
	} {
		before := counter.Trips()
		require.NoError(t, step.do(), name)
		if name == "a batch" || name == "a large answer" {
			before = counter.Trips() // by now its statements are prepared
			require.NoError(t, step.do(), name)
		}
		assert.Equal(t, step.trips, counter.Trips()-before, name)
	}
}
