package web

import (
	"log/slog"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"crosscloud/app/pgdev"
	"crosscloud/app/pgdev/transcript"
	"crosscloud/app/postgres"
)

func TestMain(m *testing.M) { os.Exit(pgdev.Main(m)) }

// onEachStore runs a test on the store in memory, and on Postgres as the app does.
func onEachStore(t *testing.T, test func(t *testing.T, s *site)) {
	t.Run("memory", func(t *testing.T) { test(t, newSite(t)) })
	t.Run("postgres", func(t *testing.T) {
		config, err := postgres.ParseURL(pgdev.Database(t))
		require.NoError(t, err)
		migrations, err := postgres.Embedded()
		require.NoError(t, err)
		require.NoError(t, migrations.Up(t.Context(), config.ConnConfig, slog.New(slog.DiscardHandler)))
		store, err := postgres.Open(t.Context(), config)
		require.NoError(t, err)
		t.Cleanup(store.Close)
		s := &site{t: t, store: store, log: &transcript.Buffer{}}
		s.serve()
		test(t, s)
	})
}
