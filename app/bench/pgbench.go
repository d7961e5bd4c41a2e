package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// pgbench runs one prepared statement as fast as the server answers it, on as
// many connections as the app's pool has. With as many as the app has clients it
// gets less.
type pgbench struct {
	program, script string
	arguments       []string
	env             []string
}

func newPgbench(b *bench, s statement) (*pgbench, error) {
	u, err := url.Parse(b.database)
	if err != nil {
		return nil, err
	}
	password, _ := u.User.Password()
	var settings []string
	for name, value := range s.settings {
		settings = append(settings, "-c "+name+"="+value)
	}
	p := &pgbench{
		program: b.postgres.Path("pgbench"),
		script:  filepath.Join(b.dir, "page.sql"),
		// Not as arguments, which every user of the machine can read.
		env: append(os.Environ(), "PGHOST="+u.Hostname(), "PGPORT="+u.Port(), "PGUSER="+u.User.Username(),
			"PGPASSWORD="+password, "PGDATABASE="+strings.TrimPrefix(u.Path, "/"), "PGOPTIONS="+strings.Join(settings, " ")),
		arguments: []string{"--no-vacuum", "--protocol=prepared", "--jobs=2", fmt.Sprintf("--client=%d", s.pool)},
	}
	sql, values := forPgbench(s)
	p.arguments = append(p.arguments, values...)
	return p, os.WriteFile(p.script, []byte(sql), 0o600)
}

var parameter = regexp.MustCompile(`\$(\d+)`)

// noNull stands for null, which pgbench's variables cannot be: the server turns
// it into one.
const noNull = `\x00`

// forPgbench spells a statement's parameters as pgbench's variables.
func forPgbench(s statement) (sql string, values []string) {
	sql = parameter.ReplaceAllStringFunc(s.sql, func(found string) string {
		n, _ := strconv.Atoi(found[1:])
		if bytes, ok := s.arguments[n-1].([]byte); ok && bytes == nil {
			return "nullif(:p" + found[1:] + "::bytea, '" + noNull + "')"
		}
		return ":p" + found[1:]
	})
	for i, argument := range s.arguments {
		value := fmt.Sprint(argument)
		if bytes, ok := argument.([]byte); ok {
			value = noNull
			if bytes != nil {
				value = fmt.Sprintf(`\x%x`, bytes)
			}
		}
		values = append(values, fmt.Sprintf("--define=p%d=%s", i+1, value))
	}
	return strings.TrimSpace(sql) + ";\n", values
}

// rate is in statements per second.
func (p *pgbench) rate(ctx context.Context, during time.Duration) (float64, error) {
	seconds := max(1, int(during.Seconds())) // pgbench knows whole ones only
	cmd := exec.CommandContext(ctx, p.program, append(p.arguments, fmt.Sprintf("--time=%d", seconds), "--file="+p.script)...)
	cmd.Env = p.env
	output, err := cmd.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("%s: %w\n%s", p.program, err, output)
	}
	return parseRate(string(output))
}

var rateLine = regexp.MustCompile(`(?m)^tps = ([0-9.]+) \(without initial connection time\)$`)

func parseRate(output string) (float64, error) {
	found := rateLine.FindStringSubmatch(output)
	if found == nil {
		return 0, fmt.Errorf("pgbench told no rate:\n%s", output)
	}
	return strconv.ParseFloat(found[1], 64)
}
