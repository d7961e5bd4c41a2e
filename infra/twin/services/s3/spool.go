package s3

import (
	"errors"
	"io"
	"net/http"
	"os"
	"strconv"

	"crosscloud/infra/twin/services/awsauth"
)

// maxObject is what S3 takes in one PUT.
const maxObject = 5 << 30

// spool reads a request's body into a file and puts that in the body's place. The emulator writes an object where it
// stays, so it may begin only when the whole body has come and has the hash that was signed; and no body is ever in
// memory.
func spool(r *http.Request) (remove func(), err error) {
	file, err := os.CreateTemp("", "object-*")
	if err != nil {
		return nil, err
	}
	remove = func() { _ = errors.Join(file.Close(), os.Remove(file.Name())) }
	size, err := io.Copy(file, io.LimitReader(r.Body, maxObject+1))
	switch {
	case err != nil:
	case size > maxObject:
		err = &awsauth.Error{Code: awsauth.TooLarge, Message: "Your proposed upload exceeds the maximum allowed size"}
	case r.ContentLength >= 0 && size != r.ContentLength:
		err = &awsauth.Error{Code: awsauth.InvalidRequest, Message: "You did not provide the number of bytes specified by the Content-Length HTTP header"}
	default:
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		remove()
		return nil, bodyError(err)
	}
	r.Body, r.ContentLength = io.NopCloser(file), size
	r.Header.Set("Content-Length", strconv.FormatInt(size, 10))
	return remove, nil
}
