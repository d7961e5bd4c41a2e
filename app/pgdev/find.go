package pgdev

import (
	"errors"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
)

// ErrNotInstalled means that this machine has no Postgres server binaries.
var ErrNotInstalled = errors.New("no Postgres server is installed (on Debian and Ubuntu: apt-get install postgresql)")

// Installation is one set of server binaries.
type Installation struct {
	Dir   string
	Major string // such as "17"
}

// Path is where the installation has the named program.
func (i Installation) Path(program string) string { return filepath.Join(i.Dir, program) }

// debianGlob is where Debian and its relatives keep server binaries, one
// directory per major version and none of them on PATH.
const debianGlob = "/usr/lib/postgresql/*/bin/initdb"

// Find returns the newest installation of Debian's layout, else the one on PATH.
func Find() (Installation, error) {
	matches, err := filepath.Glob(debianGlob)
	if err != nil {
		return Installation{}, err
	}
	if found, ok := newest(matches); ok {
		return found, nil
	}
	initdb, err := exec.LookPath("initdb")
	if err != nil {
		return Installation{}, ErrNotInstalled
	}
	version, err := exec.Command(initdb, "--version").Output() // "initdb (PostgreSQL) 17.2"
	if err != nil {
		return Installation{}, err
	}
	major := regexp.MustCompile(`\d+`).FindString(string(version))
	return Installation{Dir: filepath.Dir(initdb), Major: major}, nil
}

func newest(initdbs []string) (Installation, bool) {
	best := 0
	for _, path := range initdbs {
		major, err := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
		if err == nil {
			best = max(best, major)
		}
	}
	if best == 0 {
		return Installation{}, false
	}
	major := strconv.Itoa(best)
	return Installation{Dir: "/usr/lib/postgresql/" + major + "/bin", Major: major}, true
}
