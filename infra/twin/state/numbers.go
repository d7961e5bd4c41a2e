package state

import (
	"hash/fnv"
	"strconv"
)

// NumericID is the number that Google gives a thing besides its name. Equal texts have equal numbers; Google's fit a signed
// integer.
func NumericID(text string) string { return strconv.FormatUint(number(text)>>1, 10) }

// ProjectNumber is the one that Google gives a project, of twelve digits.
func ProjectNumber(project string) int {
	return 100_000_000_000 + int(number(project)%900_000_000_000)
}

func number(text string) uint64 {
	hash := fnv.New64a()
	hash.Write([]byte(text)) // a hash never fails
	return hash.Sum64()
}
