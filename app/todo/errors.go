package todo

import "errors"

var (
	// ErrNotFound means that no item has the given id (any more).
	ErrNotFound = errors.New("no such item")

	// ErrUnavailable means that the store cannot answer at the moment and the
	// same call may succeed later. Whether a change that failed with it was
	// stored is unknown.
	ErrUnavailable = errors.New("the store does not answer")
)

// TitleError says why a title was refused, in words for the person who typed it.
type TitleError struct{ Message string }

func (e *TitleError) Error() string { return "title refused: " + e.Message }
