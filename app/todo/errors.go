package todo

import "errors"

var (
	// ErrNotFound means that there is no such list or item (any more).
	ErrNotFound = errors.New("no such list or item")

	// ErrKey means that a write's key is no key; see ParseKey.
	ErrKey = errors.New("the idempotency key is not 1 to 128 visible ASCII characters")

	// ErrKeyReused means that the key came with another write before.
	ErrKeyReused = errors.New("the idempotency key belongs to another request")

	// ErrUnavailable means that the store cannot answer at the moment and the
	// same call may succeed later. Whether a change that failed with it was
	// stored is unknown.
	ErrUnavailable = errors.New("the store does not answer")
)

// TitleError says why a title was refused, in words for the person who typed it.
type TitleError struct{ Message string }

func (e *TitleError) Error() string { return "title refused: " + e.Message }
