// Package transcript keeps what several goroutines or a process print, while
// they may still do so.
package transcript

import "sync"

// Buffer keeps what is written to it. The zero value is ready to use.
type Buffer struct {
	Limit int // bytes to keep, the last ones; 0 for all

	mu   sync.Mutex
	kept []byte
}

func (b *Buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.kept = append(b.kept, p...)
	if extra := len(b.kept) - b.Limit; b.Limit > 0 && extra > 0 {
		b.kept = append(b.kept[:0], b.kept[extra:]...)
	}
	return len(p), nil
}

func (b *Buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return string(b.kept)
}
