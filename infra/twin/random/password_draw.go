package random

import (
	"crypto/rand"
	"fmt"
	"io"
	"math/big"
)

// The real provider's alphabets; only the special one can be replaced by an argument.
const (
	lowers   = "abcdefghijklmnopqrstuvwxyz"
	uppers   = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits   = "0123456789"
	specials = "!@#$%&*()-_=+[]{}<>:?"
)

// class is one alphabet with the least number of characters that the result must take from it.
type class struct {
	alphabet string
	least    int
}

// draw makes a string of the given length over the union of the classes' alphabets, each class present at least as
// often as it demands. The demanded characters are drawn first and then shuffled into place, so that their positions
// say nothing.
func draw(random io.Reader, length int, classes []class) (string, error) {
	var union string
	result := make([]byte, 0, length)
	for _, c := range classes {
		union += c.alphabet
		for range c.least {
			b, err := pick(random, c.alphabet)
			if err != nil {
				return "", err
			}
			result = append(result, b)
		}
	}
	for len(result) < length {
		b, err := pick(random, union)
		if err != nil {
			return "", err
		}
		result = append(result, b)
	}
	for i := len(result) - 1; i > 0; i-- {
		j, err := rand.Int(random, big.NewInt(int64(i+1)))
		if err != nil {
			return "", fmt.Errorf("shuffle: %w", err)
		}
		k := int(j.Int64())
		result[i], result[k] = result[k], result[i]
	}
	return string(result), nil
}

func pick(random io.Reader, alphabet string) (byte, error) {
	i, err := rand.Int(random, big.NewInt(int64(len(alphabet))))
	if err != nil {
		return 0, fmt.Errorf("draw a character: %w", err)
	}
	return alphabet[i.Int64()], nil
}
