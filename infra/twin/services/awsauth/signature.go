package awsauth

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	algorithm  = "AWS4-HMAC-SHA256"
	timeFormat = "20060102T150405Z"
	// maxBody bounds a request. The largest that the twin's services take is a parameter of 8 KiB.
	maxBody = 1 << 20
	// unsignedPayload stands in S3's x-amz-content-sha256 where the client leaves the body's integrity to TLS.
	unsignedPayload = "UNSIGNED-PAYLOAD"
)

// signature is what a request's Authorization header says.
type signature struct {
	accessKey string
	date      string // the scope's: 20060102
	region    string
	service   string
	headers   []string // lower case, in the client's order, which the signature covers
	value     string   // hex
	time      time.Time
}

func (s signature) scope() string {
	return strings.Join([]string{s.date, s.region, s.service, "aws4_request"}, "/")
}

// parseSignature reads the header form of a version 4 signature. The query form (a presigned URL) has no user here.
func parseSignature(r *http.Request) (signature, error) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return signature{}, &Error{Code: MissingToken, Message: "Missing Authentication Token"}
	}
	malformed := func(format string, args ...any) error {
		return &Error{Code: Malformed, Message: fmt.Sprintf(format, args...)}
	}
	rest, found := strings.CutPrefix(header, algorithm+" ")
	if !found {
		return signature{}, malformed("Unsupported authorization algorithm: use %s", algorithm)
	}
	fields := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		key, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		fields[key] = value
	}
	for _, key := range []string{"Credential", "SignedHeaders", "Signature"} {
		if fields[key] == "" {
			return signature{}, malformed("Authorization header requires '%s' parameter.", key)
		}
	}
	credential := strings.Split(fields["Credential"], "/")
	if len(credential) != 5 || credential[4] != "aws4_request" {
		return signature{}, malformed("Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/aws4_request")
	}
	signed, err := time.Parse(timeFormat, r.Header.Get("X-Amz-Date"))
	if err != nil {
		return signature{}, malformed("Date must be in ISO-8601 'basic format' in an x-amz-date header")
	}
	s := signature{
		accessKey: credential[0], date: credential[1], region: credential[2], service: credential[3],
		headers: strings.Split(fields["SignedHeaders"], ";"), value: fields["Signature"], time: signed,
	}
	if s.date != signed.Format("20060102") {
		return signature{}, malformed("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '%s' != '%s'", s.date, signed.Format("20060102"))
	}
	if !slices.Contains(s.headers, "host") {
		return signature{}, malformed("'Host' must be a 'SignedHeader' in the AWS Authorization.")
	}
	for name := range r.Header {
		lower := strings.ToLower(name)
		if strings.HasPrefix(lower, "x-amz-") && !slices.Contains(s.headers, lower) && s.service == "s3" {
			return signature{}, &Error{Code: Denied, Message: "There were headers present in the request which were not signed"}
		}
	}
	return s, nil
}

// matches recomputes the signature with the secret key.
func (s signature) matches(r *http.Request, secretKey, payloadHash string) bool {
	want, err := hex.DecodeString(s.value)
	if err != nil {
		return false
	}
	canonical := sha256.Sum256([]byte(canonicalRequest(r, s, payloadHash)))
	toSign := strings.Join([]string{algorithm, s.time.Format(timeFormat), s.scope(), hex.EncodeToString(canonical[:])}, "\n")
	key := []byte("AWS4" + secretKey)
	for _, part := range []string{s.date, s.region, s.service, "aws4_request", toSign} {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}
	return subtle.ConstantTimeCompare(key, want) == 1
}

// payloadHash returns the hash that the signature covers. A client of S3 sends it ahead; for any other service the body,
// which is short, is read here.
func payloadHash(r *http.Request, service string) (string, error) {
	sent := r.Header.Get("X-Amz-Content-Sha256")
	switch {
	case service == "s3" && sent == "":
		return "", &Error{Code: InvalidRequest, Message: "Missing required header for this request: x-amz-content-sha256"}
	case service == "s3" && sent == unsignedPayload:
		return sent, nil
	case service == "s3" && strings.HasPrefix(sent, "STREAMING-"):
		return "", &Error{Code: NotImplemented, Message: "A header you provided implies functionality that is not implemented: x-amz-content-sha256 " + sent}
	case service == "s3":
		if hash, err := hex.DecodeString(sent); err != nil || len(hash) != sha256.Size {
			return "", &Error{Code: InvalidRequest, Message: "x-amz-content-sha256 must be UNSIGNED-PAYLOAD or a valid sha256 value"}
		}
		return sent, nil // nothing reads the body: hosts only get objects
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return "", &Error{Code: InvalidRequest, Message: "The request body could not be read"}
	}
	if len(body) > maxBody {
		return "", &Error{Code: TooLarge, Message: "Request Too Long"}
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	hash := sha256.Sum256(body)
	return hex.EncodeToString(hash[:]), nil
}
