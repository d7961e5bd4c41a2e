package gcp

import (
	"fmt"
	"net/http"
	"strings"

	"crosscloud/infra/twin/state"
)

// apiError is an answer of Google's APIs as the provider prints it. A failure to find something still is one to the
// caller, who may have expected it.
type apiError struct {
	code            int
	message, reason string
}

func (e *apiError) Error() string {
	text := fmt.Sprintf("googleapi: Error %d: %s", e.code, e.message)
	if e.reason != "" { // the newer APIs give none
		text += ", " + e.reason
	}
	return text
}

func (e *apiError) Is(target error) bool {
	return target == state.ErrNotFound && e.code == http.StatusNotFound
}

func invalid(format string, args ...any) error {
	return &apiError{http.StatusBadRequest, fmt.Sprintf(format, args...), "invalid"}
}

// invalidField names the field of the API's request, not the argument of the program, as Google does.
func invalidField(field, value, format string, args ...any) error {
	return invalid("Invalid value for field '%s': '%s'. %s", field, value, fmt.Sprintf(format, args...))
}

func notFound(id string) error {
	return &apiError{http.StatusNotFound, fmt.Sprintf("The resource '%s' was not found", id), "notFound"}
}

func exists(id string) error {
	return &apiError{http.StatusConflict, fmt.Sprintf("The resource '%s' already exists", id), "alreadyExists"}
}

// inUse says what can't be deleted, or attached, and because of what.
func inUse(kind, id, user string) error {
	return &apiError{
		http.StatusBadRequest,
		fmt.Sprintf("The %s resource '%s' is already being used by '%s'", kind, id, user),
		"resourceInUseByAnotherResource",
	}
}

// doing names the operation that failed, as the provider does.
func doing(operation string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("Error %s: %w", strings.TrimSpace(operation), err)
}
