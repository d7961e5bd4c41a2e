package machine

import (
	"context"
	"errors"
	"os"
	"path/filepath"
)

// Down removes everything of this instance from the engine: containers, volumes and the network. Loop devices go with
// the containers that hold them; images belong to all instances. Of the instance's directory only what is named in keep
// stays.
func (e *Engine) Down(ctx context.Context, keep ...string) error {
	kinds := []struct{ list, remove []string }{
		{[]string{"ps", "--all"}, []string{"rm", "--force", "--volumes"}},
		{[]string{"volume", "ls"}, []string{"volume", "rm", "--force"}},
		{[]string{"network", "ls"}, []string{"network", "rm"}},
	}
	for _, k := range kinds {
		out, err := docker(ctx, nil, append(k.list, "--quiet", "--filter", "label="+e.label())...)
		if err != nil {
			return err
		}
		if found := lines(out); len(found) > 0 {
			if _, err := docker(ctx, nil, append(k.remove, found...)...); err != nil && !errors.Is(err, ErrNotFound) {
				return err
			}
		}
	}
	return e.removeFiles(keep)
}

func (e *Engine) removeFiles(keep []string) error {
	entries, err := os.ReadDir(e.dir)
	if err != nil {
		return err
	}
	var problems []error
next:
	for _, entry := range entries {
		for _, k := range keep {
			if entry.Name() == k {
				continue next
			}
		}
		problems = append(problems, os.RemoveAll(filepath.Join(e.dir, entry.Name())))
	}
	if len(keep) == 0 {
		problems = append(problems, os.Remove(e.dir))
	}
	return errors.Join(problems...)
}
