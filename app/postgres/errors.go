package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"crosscloud/app/todo"
)

// translate wraps what went wrong in op, as todo.ErrUnavailable where the same
// call can succeed later. A caller who went away is left as context.Canceled.
func translate(ctx context.Context, op string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(ctx.Err(), context.Canceled):
		return fmt.Errorf("%s: %w", op, context.Canceled)
	case errors.Is(err, todo.ErrNotFound), errors.Is(err, todo.ErrKeyReused):
		return fmt.Errorf("%s: %w", op, err) // the database's answer, and no failure
	case temporary(err):
		return unavailableError{fmt.Errorf("%s: %w", op, err)}
	}
	return fmt.Errorf("%s: %w", op, err)
}

// unavailableError is todo.ErrUnavailable in words of its own: to say that the
// database does not answer, and then its answer, would confuse who reads the log.
type unavailableError struct{ error }

func (unavailableError) Is(target error) bool { return target == todo.ErrUnavailable }
func (e unavailableError) Unwrap() error      { return e.error }

// temporary tells a database that is away, starting or not yet migrated from a
// defect of ours. Codes: PostgreSQL's manual, appendix A.
func temporary(err error) bool {
	var connect *pgconn.ConnectError
	connecting := errors.As(err, &connect)
	var answer *pgconn.PgError
	if !errors.As(err, &answer) {
		return true // the server did not answer: a broken connection or a timeout
	}
	if connecting { // true also for a refused password: it may be rotating
		return answer.Code != "42704" && // undefined_object: the URL has a parameter that the server does not know
			answer.Code != "22023" // invalid_parameter_value
	}
	switch answer.Code {
	case "42P01", // undefined_table: the migrations have not been applied
		"25006", // read_only_sql_transaction: a replica, or a server set to read only
		"40001", // serialization_failure
		"40P01", // deadlock_detected
		"55P03", // lock_not_available: lock_timeout
		"57014": // query_canceled: statement_timeout
		return true
	}
	class := answer.Code[:2]
	return class == "08" || // connection exception
		class == "53" || // insufficient resources
		class == "58" || // system error
		strings.HasPrefix(answer.Code, "57P") // operator intervention: shutdown, start
}
