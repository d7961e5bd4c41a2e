package random

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"

	"crosscloud/infra/twin/cloud"
)

// BytesArgs are the arguments of random:index/randomBytes:RandomBytes.
type BytesArgs struct {
	Keepers map[string]string `json:"keepers,omitempty"`
	Length  int               `json:"length"`
}

// Bytes is a drawn byte string, secret in both of its spellings.
type Bytes struct {
	BytesArgs
	Base64 string `json:"base64"`
	Hex    string `json:"hex"`
}

func bytes() cloud.Resource {
	return cloud.Kind[BytesArgs, Bytes]{
		Token:    "random:index/randomBytes:RandomBytes",
		Required: []string{"length"},
		Replace:  []string{"keepers", "length"},
		Secret:   []string{"base64", "hex"},
		Check:    func(in BytesArgs) []cloud.Failure { return checkLength("length", in.Length) },
		Create: func(_ context.Context, _ string, in BytesArgs) (string, Bytes, error) {
			raw, err := drawBytes(in.Length)
			if err != nil {
				return "", Bytes{}, err
			}
			// A fixed word as for passwords: the id stands in the state in clear text.
			return "none", Bytes{
				BytesArgs: in,
				Base64:    base64.StdEncoding.EncodeToString(raw),
				Hex:       hex.EncodeToString(raw),
			}, nil
		},
	}
}

// checkLength lets zero pass, because a value that is not known yet is zero during a preview.
func checkLength(property string, n int) []cloud.Failure {
	if n < 0 {
		return []cloud.Failure{{Property: property, Reason: fmt.Sprintf("must be at least 1, got: %d", n)}}
	}
	return nil
}

func drawBytes(n int) ([]byte, error) {
	if n < 1 {
		return nil, fmt.Errorf("length must be at least 1, got: %d", n)
	}
	raw := make([]byte, n)
	if _, err := rand.Read(raw); err != nil {
		return nil, fmt.Errorf("draw %d bytes: %w", n, err)
	}
	return raw, nil
}
