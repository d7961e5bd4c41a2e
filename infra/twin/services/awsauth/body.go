package awsauth

import (
	"encoding/hex"
	"errors"
	"hash"
	"io"
)

// ErrBodyMismatch is what reading a request's body ends with when it is not the one that was signed.
var ErrBodyMismatch = errors.New("the request's body does not have the hash in x-amz-content-sha256")

// checkedBody ends with ErrBodyMismatch in place of io.EOF when the bytes that passed are not those that were signed.
type checkedBody struct {
	io.ReadCloser
	hash hash.Hash
	want string
}

func (b *checkedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.hash.Write(p[:n])
	if errors.Is(err, io.EOF) && hex.EncodeToString(b.hash.Sum(nil)) != b.want {
		return n, ErrBodyMismatch
	}
	return n, err
}
