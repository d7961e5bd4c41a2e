package machine

import (
	"context"
	"io"
)

// EnsureImages makes the engine have the twin's base images. Install is how missing Debian packages come to this
// machine; progress gets a line for each step that takes long.
func (e *Engine) EnsureImages(ctx context.Context, progress io.Writer, install func(context.Context, ...string) error) error {
	e.images.Install = install
	return e.images.Ensure(ctx, progress)
}
