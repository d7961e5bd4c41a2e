package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/joho/godotenv"
)

// environment looks a key up in the process's environment, then in the file
// (if there is one): what somebody set by hand for this run wins. For tests
// there is no file.
func environment(file string) (func(string) (string, bool), error) {
	if os.Getenv("APP_SETTINGS") == string(Testing) {
		return os.LookupEnv, nil
	}
	values, err := godotenv.Read(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		// The parser quotes the line, which may hold a password.
		return nil, fmt.Errorf("%s cannot be read as KEY=value lines", file)
	}
	return func(key string) (string, bool) {
		if value, ok := os.LookupEnv(key); ok {
			return value, true
		}
		value, ok := values[key]
		return value, ok
	}, nil
}

// secret is the value of key, or the content of the file that key_FILE names,
// without the line's end that editors put there.
func secret(get func(key, fallback string) string, key string) (string, error) {
	value, file := get(key, ""), get(key+"_FILE", "")
	if file == "" {
		return value, nil
	}
	if value != "" {
		return "", fmt.Errorf("is set, and %s_FILE too: only one of them can be meant", key)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("cannot be read from %s_FILE: %w", key, err)
	}
	if value = strings.TrimRight(string(content), "\r\n"); value == "" {
		return "", fmt.Errorf("is not in the file that %s_FILE names: %s is empty", key, file)
	}
	return value, nil
}
