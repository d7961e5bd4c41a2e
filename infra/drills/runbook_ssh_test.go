//go:build drills

package drills

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/state"
)

// administrator has a pair of SSH keys and what ssh needs to know to use them.
type administrator struct {
	key    string // file of the public key
	config string // ssh_config(5)
}

// The operator of the runbook works at this machine, which reaches the twin's network from its gateway.
const operator, colleague = "operator", "colleague"

// newAdministrator makes the key of an administrator, or finds it: the sections of the runbook share the two of them.
func newAdministrator(t *testing.T, name string) administrator {
	t.Helper()
	dir := filepath.Join(booted.dir, "administrators")
	require.NoError(t, os.MkdirAll(dir, 0o700))
	private := filepath.Join(dir, name)
	a := administrator{key: private + ".pub", config: private + ".config"}
	if _, err := os.Stat(a.config); err == nil {
		return a
	}
	makeKey(t, private)
	require.NoError(t, os.WriteFile(a.config, fmt.Appendf(nil, `IdentityFile %s
IdentitiesOnly yes
IdentityAgent none
BatchMode yes
ConnectTimeout 5
# Hosts get new keys when a drill replaces them.
StrictHostKeyChecking no
UserKnownHostsFile /dev/null
LogLevel ERROR
`, private), 0o600))
	return a
}

// sitsHere makes the ssh of the runbook that of the administrator.
func (a administrator) sitsHere(t *testing.T) {
	t.Helper()
	ssh, err := exec.LookPath("ssh")
	require.NoError(t, err)
	bin := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(bin, "ssh"), fmt.Appendf(nil, "#!/bin/sh\nexec %s -F %s \"$@\"\n", ssh, a.config), 0o755))
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
}

// logsIn runs a command on a host as admin.
func (a administrator) logsIn(host, command string) error {
	out, err := exec.Command("ssh", "-F", a.config, "admin@"+host, command).CombinedOutput()
	if err != nil {
		return fmt.Errorf("ssh admin@%s: %w: %s", host, err, out)
	}
	return nil
}

// stays logs in as admin and stays there. The session has ended when the channel is closed.
func (a administrator) stays(t *testing.T, host string) <-chan struct{} {
	t.Helper()
	ssh := exec.Command("ssh", "-F", a.config, "admin@"+host, "echo in; sleep 900")
	out, err := ssh.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, ssh.Start())
	t.Cleanup(func() { _ = ssh.Process.Kill() }) // where it has not ended
	first, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "in\n", first)
	ended := make(chan struct{})
	go func() {
		_ = ssh.Wait() // it is ended from the other side
		close(ended)
	}()
	return ended
}

// Both hosts let in who has a key and comes from where administrators are, and nobody else.
func anAdministratorIsLetIn(t *testing.T, c *commands) {
	web, database := booted.machine(t, state.AWS), booted.machine(t, state.GCP)
	gateway := strings.TrimSpace(docker(t, "network", "inspect", "--format", "{{(index .IPAM.Config 0).Gateway}}", "crosscloud-"+twinName))
	me, other := newAdministrator(t, operator), newAdministrator(t, colleague)
	t.Setenv("ME", gateway+"/32")
	t.Setenv("KEY", me.key)
	theirs, err := os.ReadFile(other.key)
	require.NoError(t, err)
	// The operator's own key will take the first place.
	for _, place := range []string{"adminSshKeys[0]", "adminSshKeys[1]"} {
		booted.configure(t, place, strings.TrimSpace(string(theirs)))
	}
	stranger := newStranger(t, web.Address)
	incarnations := booted.incarnations(t)

	start := time.Now()
	c.run(t)
	for _, host := range []string{web.Address, database.Address} {
		require.NoError(t, me.logsIn(host, "sudo true"))
		require.NoError(t, other.logsIn(host, "sudo true"))
		require.False(t, connects(t, stranger, "root", host, 22))
	}
	booted.whole(t, "two administrators' SSH keys added", start)
	require.Equal(t, incarnations, booted.incarnations(t))
}

func journalsAreRead(t *testing.T, c *commands) {
	newAdministrator(t, operator).sitsHere(t)
	journals := c.run(t)
	require.Contains(t, journals, "agent.sh[", "of the web host's agent")
	require.Contains(t, journals, "crosscloud[", "of the database host's agent")
	require.Contains(t, journals, `"method":"GET"`, "of the app")
	require.Contains(t, journals, "connection authorized", "of Postgres")
}

func metricsAreRead(t *testing.T, c *commands) {
	newAdministrator(t, operator).sitsHere(t)
	metrics := c.run(t)
	require.Contains(t, metrics, "\nhttp_requests_total{")
	require.Contains(t, metrics, "\ngo_goroutines ")
}

func aKeyIsTakenAway(t *testing.T, c *commands) {
	me, other := newAdministrator(t, operator), newAdministrator(t, colleague)
	hosts := []string{booted.machine(t, state.AWS).Address, booted.machine(t, state.GCP).Address}
	var sessions []<-chan struct{}
	for _, host := range hosts {
		sessions = append(sessions, me.stays(t, host))
	}
	start := time.Now()
	c.run(t)
	for i, host := range hosts {
		require.ErrorContains(t, me.logsIn(host, "true"), "Permission denied")
		require.NoError(t, other.logsIn(host, "true"), "other keys stay")
		select {
		case <-sessions[i]:
			t.Fatal("a session ended with its key, and README says that it goes on")
		default:
		}
	}
	booted.whole(t, "an administrator's SSH key removed", start)

	other.sitsHere(t)
	c.run(t)
	for i := range hosts {
		select {
		case <-sessions[i]:
		case <-time.After(wait):
			t.Fatal("a session goes on")
		}
	}

	start = time.Now()
	c.run(t)
	for _, host := range hosts {
		require.ErrorContains(t, other.logsIn(host, "true"), "timed out", "nobody is let in from anywhere")
	}
	booted.whole(t, "adminCidrs emptied", start)
	require.NoError(t, booted.command("pulumi", "config", "rm", "adminSshKeys"))
}
