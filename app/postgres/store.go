package postgres

import (
	"context"
	"crypto/sha256"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"crosscloud/app/todo"
)

// Store is a todo.Store. Its errors are those of package todo, wrapped, unless
// something is broken in a way that waiting does not mend.
type Store struct {
	pool     *pgxpool.Pool
	secret   atomic.Pointer[[]byte] // nil until the database told it
	turns    turns
	together together

	retries atomic.Uint64
}

var _ todo.Store = (*Store)(nil)

// Open makes a store. It does not wait for the database: the app starts before
// the database answers, and says at /readyz which of the two it is.
func Open(ctx context.Context, config *pgxpool.Config) (*Store, error) {
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	return &Store{pool: pool, together: together{patience: companyTimeout}}, nil
}

// Close ends all connections; it waits for those in use.
func (s *Store) Close() { s.pool.Close() }

// creationSecret is what owners' tokens are made of. It never changes, so one
// look is enough for the life of the process.
func (s *Store) creationSecret(ctx context.Context) ([]byte, error) {
	if secret := s.secret.Load(); secret != nil {
		return *secret, nil
	}
	var secret []byte
	err := s.call(ctx, readTimeout, "read the creation secret", func(ctx context.Context, conn *pgx.Conn) error {
		return conn.QueryRow(ctx, `select secret from creation_secret`).Scan(&secret)
	})
	if err != nil {
		return nil, err
	}
	s.secret.Store(&secret)
	return secret, nil
}

func hashOf(token todo.Token) []byte {
	hash := token.Hash()
	return hash[:]
}

func hashOfKey(key todo.Key) []byte {
	hash := sha256.Sum256([]byte(key.Name))
	return hash[:]
}
