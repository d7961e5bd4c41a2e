package machine

import (
	"context"
	"io"
)

// EnsureImages makes the Docker engine have the twin's base images. Progress gets a line for each step that takes long.
func (e *Engine) EnsureImages(ctx context.Context, progress io.Writer) error {
	return e.images.Ensure(ctx, progress)
}
