package api

import "net/http"

// openToAll lets pages of every origin use the API and read all of its
// answers. It never allows credentials: a browser then sends no cookie, and the
// API would not read one.
func openToAll(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Access-Control-Allow-Origin", "*")
		header.Set("Access-Control-Expose-Headers", "Accept-Patch, Accept-Post, Allow, ETag, Link, Location, Retry-After, X-Request-Id")
		next.ServeHTTP(w, r)
	})
}

// preflight answers the question that a browser asks before it sends what a
// form could not. It is the same for every list, there or not.
func preflight(allow string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		header := w.Header()
		header.Set("Allow", allow)
		header.Set("Access-Control-Allow-Methods", allow)
		header.Set("Access-Control-Allow-Headers", "Content-Type, Idempotency-Key, If-None-Match")
		header.Set("Access-Control-Max-Age", "7200") // seconds; Chromium keeps none for longer
		w.WriteHeader(http.StatusNoContent)
	})
}
