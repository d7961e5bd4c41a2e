package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// alone does something while no other command of the twin does, of any instance. Two that start at once would build the
// same tools and images, and each would remove the services' container, the passphrase or the stack's salt that the other
// has just made; one that ends would take the engine and the images from another that starts. Pulumi has a lock of its own
// for what comes between.
func (t *twin) alone(ctx context.Context, do func() error) error {
	if err := os.MkdirAll(t.shared, 0o755); err != nil {
		return err
	}
	// Whoever can read it can lock it, so that root's file is no obstacle for others.
	file, err := os.OpenFile(filepath.Join(t.shared, "lock"), os.O_RDONLY|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	defer file.Close() // which releases the lock
	for waiting := false; ; waiting = true {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return do()
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			return fmt.Errorf("lock %s: %w", file.Name(), err)
		}
		if !waiting {
			fmt.Fprintln(os.Stderr, "another command starts or ends a twin, so this one waits …")
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}
