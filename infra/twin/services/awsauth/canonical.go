package awsauth

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// canonicalRequest is what both sides hash:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
func canonicalRequest(r *http.Request, s signature, payloadHash string) string {
	path := r.URL.EscapedPath()
	if path == "" {
		path = "/"
	}
	if s.service == "s3" {
		// S3 alone encodes a path once. Clients differ in which characters they leave as they are, so it is decoded first.
		path = escape(r.URL.Path, true)
		if path == "" {
			path = "/"
		}
	} else {
		path = escape(path, true)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n%s\n", r.Method, path, canonicalQuery(r.URL.RawQuery))
	headers := slices.Sorted(slices.Values(s.headers))
	for _, name := range headers {
		var value string
		switch name {
		case "host":
			value = r.Host // net/http takes it out of the headers
		case "content-length":
			value = fmt.Sprint(r.ContentLength)
		default:
			values := r.Header.Values(name)
			trimmed := make([]string, len(values))
			for i, v := range values {
				trimmed[i] = strings.Join(strings.Fields(v), " ")
			}
			value = strings.Join(trimmed, ",")
		}
		fmt.Fprintf(&b, "%s:%s\n", name, value)
	}
	fmt.Fprintf(&b, "\n%s\n%s", strings.Join(headers, ";"), payloadHash)
	return b.String()
}

func canonicalQuery(raw string) string {
	if raw == "" {
		return ""
	}
	type pair struct{ key, value string }
	var pairs []pair
	for part := range strings.SplitSeq(raw, "&") {
		key, value, _ := strings.Cut(part, "=")
		pairs = append(pairs, pair{reescape(key), reescape(value)})
	}
	slices.SortFunc(pairs, func(a, b pair) int {
		if c := strings.Compare(a.key, b.key); c != 0 {
			return c
		}
		return strings.Compare(a.value, b.value)
	})
	texts := make([]string, len(pairs))
	for i, p := range pairs {
		texts[i] = p.key + "=" + p.value
	}
	return strings.Join(texts, "&")
}

// reescape gives a query's word AWS's own encoding, however the client encoded it. A plus is a plus here: AWS does not
// read it as a space.
func reescape(word string) string {
	plain, err := url.PathUnescape(word)
	if err != nil {
		plain = word
	}
	return escape(plain, false)
}

// escape encodes everything but RFC 3986's unreserved characters, as AWS does. Go's own escapers leave more of them.
func escape(text string, keepSlash bool) string {
	const upperHex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(text) {
		c := text[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-._~", c) >= 0, c == '/' && keepSlash:
			b.WriteByte(c)
		default:
			b.Write([]byte{'%', upperHex[c>>4], upperHex[c&15]})
		}
	}
	return b.String()
}
