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

// projectNumber is the one that Google gives a project, of twelve digits.
func projectNumber(project string) int {
	hash := fnv.New64a()
	hash.Write([]byte(project))
	return 100_000_000_000 + int(hash.Sum64()%900_000_000_000)
}
