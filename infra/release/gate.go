package release

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"
)

// pause waits between two questions. The hosts themselves look every five seconds.
func pause(ctx context.Context) error {
	timer := time.NewTimer(2 * time.Second)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// pass ends well once the web host serves revision from the image with digest, and the site at address answers.
//
// A replaced machine finds the words of the one before it in the parameter, and they can be of this very revision. So
// while the site does not answer as the status says it should, the status is read again.
func pass(ctx context.Context, revision, digest, address string, w *watcher) error {
	said := "" // why the site did not answer
	for {
		status, err := w.await(ctx, revision)
		if err != nil {
			return err
		}
		if status.Digest != digest {
			return fmt.Errorf("the web host runs image %s instead of %s", status.Digest, digest)
		}
		err = visit(ctx, address, status.Certificate)
		if err == nil {
			if w.waited {
				w.progress("public address: the site answers")
			}
			return nil
		}
		if said != err.Error() && ctx.Err() == nil {
			said = err.Error()
			w.progress("public address: the site does not answer from here yet: " + said)
		}
		if w.pause(ctx) != nil {
			return fmt.Errorf("the web host serves it, but the site does not answer from here: %s", cmp.Or(said, err.Error()))
		}
	}
}

// ended tells a deadline from an interrupt in the words of an operator.
func ended(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return errors.New("the deadline passed")
	}
	return err
}
