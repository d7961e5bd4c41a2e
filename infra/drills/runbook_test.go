//go:build drills

package drills

import (
	"bytes"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// check runs the commands of a section of the runbook, and tries what the section promises.
type check func(*testing.T, *commands)

// The sections of the runbook by their headings; the README has their order. The last ones leave no stack.
var (
	operating = map[string]check{
		"See what both hosts say":                        bothHostsSayThatTheyServe,
		"Let an administrator in":                        anAdministratorIsLetIn,
		"Work on the app with a stack's data":            aDevelopersAppHasTheStacksData,
		"Read a host's journal":                          journalsAreRead,
		"Read the app's metrics":                         metricsAreRead,
		"Take an administrator's key away":               aKeyIsTakenAway,
		"Restart the app, or Postgres":                   theAppIsRestarted,
		"Replace the web host":                           theWebHostIsReplaced,
		"Replace the database's VM":                      theDatabaseVMIsReplaced,
		"Rotate the database password":                   theDatabasePasswordIsRotated,
		"Rotate the TLS key of the database":             theServersKeyIsRotated,
		"Rotate the CA of the database":                  theAuthorityIsRotated,
		"When `pulumi up` fails, or was a mistake":       aFailedReleaseIsTakenBack,
		"When the stack is locked":                       aDeadUpdatesLockIsTakenAway,
		"When an update died while it created something": whatADeadUpdateMadeIsNotMadeTwice,
		"Repair what was changed by hand":                whatWasChangedByHandIsRepaired,
	}
	ending = map[string]check{
		"End a stack and keep its data":      theDataOutlivesTheStack,
		"Start again with what was kept":     aNewStackTakesTheDataOver,
		"End a stack together with its data": aStackIsEndedWithItsData,
	}
)

func theRunbook(t *testing.T)     { followRunbook(t, operating) }
func theRunbooksEnd(t *testing.T) { followRunbook(t, ending) }

// followRunbook follows those sections of the README that have a check in part. Each section has one, and each check a
// section.
func followRunbook(t *testing.T, part map[string]check) {
	readme, err := os.ReadFile(filepath.Join(booted.project, "README.md"))
	require.NoError(t, err)
	sections := runbookSections(readme)
	var headings []string
	for _, section := range sections {
		headings = append(headings, section.heading)
	}
	require.ElementsMatch(t, slices.Concat(slices.Collect(maps.Keys(operating)), slices.Collect(maps.Keys(ending))), headings)
	for _, section := range sections {
		if check, mine := part[section.heading]; mine {
			t.Run(section.heading, func(t *testing.T) {
				c := &commands{left: section.blocks}
				check(t, c)
				require.Empty(t, c.left, "commands that the check did not run")
			})
		}
	}
}

// commands are a section's blocks, in order.
type commands struct {
	left []string
	last string // the one that was run last
}

// run runs the next block, and answers what it printed.
func (c *commands) run(t *testing.T) string {
	t.Helper()
	var out bytes.Buffer
	cmd := c.next(t, &out)
	require.NoError(t, cmd.Run(), "%s", cmd)
	return out.String()
}

// again runs the last block once more.
func (c *commands) again(t *testing.T) string {
	t.Helper()
	c.left = append([]string{c.last}, c.left...)
	return c.run(t)
}

// next is the next block as it stands, in a shell that stops at the first error.
func (c *commands) next(t *testing.T, out io.Writer) *exec.Cmd {
	t.Helper()
	require.NotEmpty(t, c.left, "the section has another block of commands")
	block := c.left[0]
	c.left, c.last = c.left[1:], block
	// Nobody is there to say yes to Pulumi.
	cmd := booted.prepare(booted.project, booted.twin, "env", "PULUMI_SKIP_CONFIRMATIONS=true", "PULUMI_STACK="+booted.name,
		"bash", "-euo", "pipefail", "-c", block)
	cmd.Stdout = io.MultiWriter(os.Stdout, &booted.output, out)
	cmd.Stderr = cmd.Stdout
	return cmd
}
