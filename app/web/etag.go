package web

import (
	"crypto/sha256"
	"encoding/binary"

	"crosscloud/app/etag"
)

// tag is the entity tag of a page. It is made of what the page shows, without
// writing it: the list and its version, the view, and how this release writes
// pages. The random key of the forms is no part of it. A page that a browser
// keeps may hold a key that was used; then the list has another version, and
// the page is not taken for fresh.
func (l *look) tag(p listPage) string {
	var bits [len(l.print) + 16 + 4*8]byte
	place := copy(bits[:], l.print[:])
	place += copy(bits[place:], p.access.Token[:])
	for _, number := range []int64{p.page.Version, int64(p.page.Undoable), int64(p.page.Total), int64(p.page.Open)} {
		binary.BigEndian.PutUint64(bits[place:], uint64(number))
		place += 8
	}
	text := append(bits[:], p.home...)
	return etag.Weak(sha256.Sum256(append(text, p.view.String()...)))
}
