// Command migration creates the next numbered migration, for `make migration`.
// Run it from the repository's root.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"github.com/jackc/tern/v2/migrate"
)

const directory = "app/postgres/migrations"

// skeleton is not valid as it is: a migration that was forgotten fails the tests.
const skeleton = `-- What this is for. The previous release must go on working on the new schema:
-- add first, and remove in a later release what nobody uses any more.

TODO;

---- create above / drop below ----

TODO;
`

func main() {
	path, err := create(directory, os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "migration:", err)
		os.Exit(1)
	}
	fmt.Println(path)
}

var word = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// create writes the file and returns its path.
func create(directory string, args []string) (string, error) {
	if len(args) != 1 || !word.MatchString(args[0]) {
		return "", errors.New("the name must be lower case words, such as: make migration name=add_due_dates")
	}
	existing, err := migrate.FindMigrations(os.DirFS(directory))
	if err != nil {
		return "", fmt.Errorf("%s: %w", directory, err)
	}
	path := filepath.Join(directory, fmt.Sprintf("%03d_%s.sql", len(existing)+1, args[0]))
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return "", err
	}
	if _, err := file.WriteString(skeleton); err != nil {
		file.Close()
		return "", err
	}
	return path, file.Close()
}
