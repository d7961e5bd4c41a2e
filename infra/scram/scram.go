// Package scram computes what PostgreSQL stores instead of a password for SCRAM-SHA-256 (RFC 5802, RFC 7677).
//
// A server that holds only this verifier can check the password but not use it: the stack gives the database
// host the verifier, and only the client's side ever sees the password.
package scram

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
)

// MinIterations is PostgreSQL's default (scram_iterations) and the least that RFC 7677 section 4 allows.
const MinIterations = 4096

// minSalt is the length of the salts PostgreSQL makes itself (SCRAM_DEFAULT_SALT_LEN), in bytes.
const minSalt = 16

// Verifier returns the value of pg_authid.rolpassword for password,
// "SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>" with the last three in base64.
//
// The password must be printable ASCII. Both sides normalise passwords with SASLprep, which leaves exactly
// those characters alone, so that no normalisation is needed here.
func Verifier(password string, salt []byte, iterations int) (string, error) {
	if password == "" {
		return "", fmt.Errorf("scram: the password is empty")
	}
	for _, c := range []byte(password) {
		if c < ' ' || c > '~' {
			return "", fmt.Errorf("scram: the password has a character outside printable ASCII")
		}
	}
	if len(salt) < minSalt {
		return "", fmt.Errorf("scram: the salt has %d bytes, fewer than %d", len(salt), minSalt)
	}
	if iterations < MinIterations {
		return "", fmt.Errorf("scram: %d iterations are fewer than %d", iterations, MinIterations)
	}
	salted, err := pbkdf2.Key(sha256.New, password, salt, iterations, sha256.Size)
	if err != nil {
		return "", fmt.Errorf("scram: derive the salted password: %w", err)
	}
	storedKey := sha256.Sum256(sign(salted, "Client Key"))
	serverKey := sign(salted, "Server Key")

	encode := base64.StdEncoding.EncodeToString
	return fmt.Sprintf("SCRAM-SHA-256$%d:%s$%s:%s",
		iterations, encode(salt), encode(storedKey[:]), encode(serverKey)), nil
}

func sign(key []byte, message string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(message))
	return mac.Sum(nil)
}
