package machine

import (
	"context"
	"errors"
	"os"
)

// Down removes everything of this instance: containers, volumes, the network, its directory. Loop devices go with the
// containers that hold them; images belong to all instances.
func (e *Engine) Down(ctx context.Context) error {
	if err := e.owned(ctx); err != nil {
		return err
	}
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
	return os.RemoveAll(e.dir)
}

// Instances counts the instances of the twin that have a network on this Docker engine.
func Instances(ctx context.Context) (int, error) {
	out, err := docker(ctx, nil, "network", "ls", "--quiet", "--filter", "label=crosscloud.twin")
	return len(lines(out)), err
}
