package gcp

import (
	"errors"
	"time"

	"crosscloud/infra/twin/state"
)

// find is state.Get with Google's words for what is not there.
func find[T any](g *gcp, id string) (T, error) {
	v, err := state.Get[T](g.env.Store, id)
	if errors.Is(err, state.ErrNotFound) {
		err = notFound(id)
	}
	return v, err
}

// free is an error if there is such an object already.
func free[T any](g *gcp, id string) error {
	_, err := state.Get[T](g.env.Store, id)
	switch {
	case err == nil:
		return exists(id)
	case errors.Is(err, state.ErrNotFound):
		return nil
	default:
		return err
	}
}

// add does what creates something in Compute Engine, if the project can use it and nothing else is being taken.
func (g *gcp) add(project string, create func() error) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := g.enabled(project, computeAPI); err != nil {
		return err
	}
	return create()
}

func create[T any](g *gcp, id string, v T) error {
	if err := free[T](g, id); err != nil {
		return err
	}
	return state.Put(g.env.Store, id, v)
}

// rewrite changes a record that exists. What was deleted behind Pulumi's back is not to come back half.
func rewrite[T any](g *gcp, id string, v T) error {
	if _, err := find[T](g, id); err != nil {
		return err
	}
	return state.Put(g.env.Store, id, v)
}

// now is the form of Compute Engine's timestamps.
func now() string { return time.Now().UTC().Format("2006-01-02T15:04:05.000-07:00") }
