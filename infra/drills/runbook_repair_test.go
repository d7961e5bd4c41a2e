//go:build drills

package drills

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/state"
)

// A release that fails changes nothing for visitors, and taking it back is a release.
func aFailedReleaseIsTakenBack(t *testing.T, c *commands) {
	git := func(args ...string) {
		t.Helper()
		cmd := exec.Command("git", args...)
		cmd.Dir = booted.project
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "git %v: %s", args, out)
	}
	for _, who := range []string{"AUTHOR", "COMMITTER"} {
		t.Setenv("GIT_"+who+"_NAME", "Operator")
		t.Setenv("GIT_"+who+"_EMAIL", "operator@example.org")
	}
	git("init", "--quiet")
	git("add", "app", "Dockerfile", "go.mod", "go.sum")
	git("commit", "--quiet", "--message", "Before")
	mistake := filepath.Join(booted.project, "app", "mistake.go")
	require.NoError(t, os.WriteFile(mistake, []byte("package main\n\nimport \"os\"\n\nfunc init() { println(\"a mistake\"); os.Exit(1) }\n"), 0o644))
	git("add", "app")
	git("commit", "--quiet", "--message", "A mistake")
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(filepath.Join(booted.project, ".git"))) })

	visits := booted.visit(t)
	start := time.Now()
	require.Contains(t, booted.up(t).fails(t), "the web host gave it up: migrate not done")
	phases.add("a release that fails given up", start)

	start = time.Now()
	c.run(t)
	visits.allSucceeded(t)
	booted.whole(t, "a failed release taken back", start)
	require.NoFileExists(t, mistake)
	require.NoError(t, booted.command("pulumi", "up", "--yes", "--expect-no-changes"))
}

// An update that was killed leaves its lock.
func aDeadUpdatesLockIsTakenAway(t *testing.T, c *commands) {
	killed := group(booted.prepare(booted.project, booted.twin, "pulumi", "up", "--yes"))
	require.NoError(t, killed.Start())
	// There is nothing to do, so it is over within a second or two.
	require.Eventually(t, booted.locked, time.Minute, 10*time.Millisecond)
	require.NoError(t, signal(killed, syscall.SIGKILL))
	require.Error(t, killed.Wait())
	require.True(t, booted.locked(), "nobody was left to unlock")

	c.run(t)
	require.False(t, booted.locked())
	booted.noChange(t)
}

// An update is killed while it makes a VM in the place of one that somebody removed. The VM is there, and Pulumi knows
// nothing of it: a second one can't have the network card that this one has.
func whatADeadUpdateMadeIsNotMadeTwice(t *testing.T, c *commands) {
	vm, all := must(t, booted.resources(t), "aws:ec2/instance:Instance web-host"), len(booted.containers(t))
	booted.hand(t).delete(t, vm)
	old := booted.containers(t)
	killed := group(booted.prepare(booted.project, booted.twin, "pulumi", "up", "--yes", "--refresh"))
	require.NoError(t, killed.Start())
	booted.newMachines(t, old, map[string]func(string){state.AWS: func(string) {
		require.NoError(t, signal(killed, syscall.SIGKILL))
	}})
	require.Error(t, killed.Wait())
	exported, err := booted.read("pulumi", "stack", "export")
	require.NoError(t, err)
	require.Contains(t, exported, `"pending_operations"`, "it was killed too late")

	vm.ID = booted.machine(t, state.AWS).ID // that of the new one, as the console shows it
	booted.hand(t).delete(t, vm)
	start := time.Now()
	c.run(t)
	booted.whole(t, "an update that was killed while it made a VM put right", start)
	require.Len(t, booted.containers(t), all)
	booted.noChange(t)
}

func whatWasChangedByHandIsRepaired(t *testing.T, c *commands) {
	booted.hand(t).delete(t, must(t, booted.resources(t), "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule web-host-in-https"))
	booted.unreachable(t)
	start := time.Now()
	c.run(t)
	booted.whole(t, "a rule removed by hand repaired", start)
	booted.noChange(t)
}
