package web

import (
	"html/template"
	"net/http"
	"strconv"
	"sync"
)

// markup is HTML that is being written. The page of a list is written by hand
// because it is what everybody asks for: html/template takes longer to fill it
// in than the database to answer (BenchmarkListPage has both).
//
// What keeps text from becoming markup is the type of html's parameter: a
// constant fits, a string does not without a conversion that everybody sees.
type markup []byte

// html writes markup as it is.
func (m *markup) html(constant template.HTML) { *m = append(*m, constant...) }

// text writes what people typed, as an element's text or in a quoted attribute.
func (m *markup) text(s string) {
	written := 0
	for i := 0; i < len(s); i++ {
		var escaped string
		switch s[i] {
		case '&':
			escaped = "&amp;"
		case '<':
			escaped = "&lt;"
		case '>':
			escaped = "&gt;"
		case '"':
			escaped = "&#34;"
		case '\'':
			escaped = "&#39;"
		case 0: // no HTML holds it, escaped or not
			escaped = "\uFFFD"
		default:
			continue
		}
		*m = append(append(*m, s[written:i]...), escaped...)
		written = i + 1
	}
	*m = append(*m, s[written:]...)
}

func (m *markup) int(n int64) { *m = strconv.AppendInt(*m, n, 10) }

// buffers are used again: a page is 10 to 50 KB, and there are thousands a second.
var buffers = sync.Pool{New: func() any { return new(markup) }}

// largestKept keeps the buffer of an unusual page (50 titles of 500 characters)
// from staying for good.
const largestKept = 128 << 10

func newMarkup() *markup {
	m := buffers.Get().(*markup)
	*m = (*m)[:0]
	return m
}

// send answers with what was written, which must not be used after that.
func (m *markup) send(w http.ResponseWriter, r *http.Request, status int) {
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Length", strconv.Itoa(len(*m)))
	holdBack(r)
	w.WriteHeader(status)
	w.Write(*m)
	m.release()
}

func (m *markup) release() {
	if cap(*m) <= largestKept {
		buffers.Put(m)
	}
}
