package request

// How pages and API alike answer a request that failed.
const (
	// RetryAfter is in seconds: a restarted Postgres is usually back by then.
	RetryAfter = "5"
	// StatusClientGone is nginx's, for a client that did not wait for the answer.
	StatusClientGone = 499
)
