package gcp

import (
	"hash/fnv"
	"strconv"
)

// numericID makes the number that Google gives a resource besides its name. Equal texts have equal numbers; Google's
// fit a signed integer.
func numericID(text string) string {
	hash := fnv.New64a()
	hash.Write([]byte(text)) // a hash never fails
	return strconv.FormatUint(hash.Sum64()>>1, 10)
}
