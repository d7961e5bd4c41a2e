package s3

import "net/http"

// partial gives an answer with a part of an object its status, which the emulator leaves at 200. A client that resumes
// a download would take that for the whole.
type partial struct {
	http.ResponseWriter
	begun bool
}

func (p *partial) WriteHeader(status int) {
	p.begun = true
	p.ResponseWriter.WriteHeader(status)
}

func (p *partial) Write(data []byte) (int, error) {
	if !p.begun && p.Header().Get("Content-Range") != "" {
		p.WriteHeader(http.StatusPartialContent)
	}
	p.begun = true
	return p.ResponseWriter.Write(data)
}
