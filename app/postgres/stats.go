package postgres

import "github.com/jackc/pgx/v5/pgxpool"

// Stats is what a store has done since it was opened.
type Stats struct {
	Pool *pgxpool.Stat
	// Retries counts calls that ran again because their connection was dead.
	Retries uint64
}

// Stats asks nobody but this process.
func (s *Store) Stats() Stats { return Stats{s.pool.Stat(), s.retries.Load()} }
