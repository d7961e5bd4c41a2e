package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// readyTimeout is short because whoever asks decides about traffic.
const readyTimeout = 2 * time.Second

// Ready returns nil when the database answers and has all of m applied.
func (s *Store) Ready(ctx context.Context, m *Migrations) error {
	var status Status
	err := s.call(ctx, readyTimeout, "ask for readiness", func(ctx context.Context, conn *pgx.Conn) (err error) {
		status, err = m.status(ctx, conn)
		return err
	})
	if err != nil {
		return err
	}
	if n := status.Pending(); n > 0 {
		return unavailableError{fmt.Errorf("pending migrations: %d", n)}
	}
	// Read ahead for the first visitor who makes a list; who tries again if this fails.
	s.creationSecret(ctx)
	return nil
}
