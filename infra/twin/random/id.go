package random

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"math/big"

	"crosscloud/infra/twin/cloud"
)

// IDArgs are the arguments of random:index/randomId:RandomId.
type IDArgs struct {
	ByteLength int               `json:"byteLength"`
	Keepers    map[string]string `json:"keepers,omitempty"`
	Prefix     *string           `json:"prefix,omitempty"`
}

// ID is an identifier that is random but not secret, in the four spellings of the real provider.
type ID struct {
	IDArgs
	B64Std string `json:"b64Std"`
	B64URL string `json:"b64Url"`
	Dec    string `json:"dec"`
	Hex    string `json:"hex"`
}

func id() cloud.Resource {
	return cloud.Kind[IDArgs, ID]{
		Token:    "random:index/randomId:RandomId",
		Required: []string{"byteLength"},
		Replace:  []string{"byteLength", "keepers", "prefix"},
		Check:    func(in IDArgs) []cloud.Failure { return checkLength("byteLength", in.ByteLength) },
		Create: func(_ context.Context, _ string, in IDArgs) (string, ID, error) {
			raw, err := drawBytes(in.ByteLength)
			if err != nil {
				return "", ID{}, err
			}
			// The resource's id is the URL-safe spelling without the prefix; the four outputs carry it.
			return base64.RawURLEncoding.EncodeToString(raw), in.spell(raw), nil
		},
	}
}

func (a IDArgs) spell(raw []byte) ID {
	var prefix string
	if a.Prefix != nil {
		prefix = *a.Prefix
	}
	return ID{
		IDArgs: a,
		B64Std: prefix + base64.StdEncoding.EncodeToString(raw),
		B64URL: prefix + base64.RawURLEncoding.EncodeToString(raw),
		Dec:    prefix + new(big.Int).SetBytes(raw).String(),
		Hex:    prefix + hex.EncodeToString(raw),
	}
}
