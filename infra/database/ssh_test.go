package database

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The accounts and services of this machine are left alone: what would change them is written down instead.
const onSSH = `
	noted() { echo "$*" >>../noted; }
	id() { [[ -e ../admin ]] || return 1; [[ $1 != --name ]] || cat ../admin; }
	useradd() { noted useradd; echo admin >../admin; }
	usermod() { noted "$*"; echo admin adm >../admin; }
	systemctl() { case $1 in is-active) [[ " $sshd " == *" $3 "* ]] ;; *) noted "$*" ;; esac; }
	begin_step keys; place_admin_keys; end_step; serve_ssh; begin_step ssh; report_ssh`

func TestAdministratorsKeysFollowTheDesiredState(t *testing.T) {
	h := newTestHost(t)
	install := func(sshd string, keys ...string) []string {
		desired := example
		desired.AdminSSHKeys, desired.Operations = append([]string{}, keys...), nil
		h.desire(t, desired)
		noted := filepath.Join(h.dir, "noted")
		os.Remove(noted)
		out, err := h.run(t, "sshd='"+sshd+"'"+onSSH)
		require.NoError(t, err, out)
		content, _ := os.ReadFile(noted)
		return strings.Split(strings.TrimSpace(string(content)), "\n")
	}
	nothing := []string{""}
	keys := filepath.Join(h.dir, "etc/crosscloud/ssh/admin")
	rule := filepath.Join(h.dir, "etc/sudoers.d/crosscloud-admin")
	const one, two = "ssh-ed25519 AAAAC3Nz one@example.org", "ssh-ed25519 AAAAC3Nz two@example.org"

	assert.Equal(t, []string{"reload ssh.service"}, install("ssh.service"), "its own settings come first")
	assert.NoFileExists(t, keys)
	assert.Equal(t, []string{"useradd", "--append --groups adm admin"}, install("ssh.service", one, two))
	assert.Equal(t, one+"\n"+two+"\n", string(must(os.ReadFile(keys))))
	assert.FileExists(t, rule)
	assert.Equal(t, "2 keys", h.published(t).Hops[0].Detail)
	assert.Equal(t, nothing, install("ssh.service", one, two))

	assert.Equal(t, nothing, install("ssh.service", two))
	assert.Equal(t, two+"\n", string(must(os.ReadFile(keys))), "a shorter list")
	assert.Equal(t, nothing, install("ssh.service"))
	assert.NoFileExists(t, keys)
	assert.NoFileExists(t, rule)

	assert.Equal(t, []string{"enable --quiet --now ssh.service"}, install("", two), "sshd that does not run is started for somebody")
	assert.Equal(t, nothing, install("ssh.socket", two), "and not where a socket starts it")

	// Cut off between the settings and the reload.
	require.NoError(t, os.WriteFile(filepath.Join(h.dir, "run/crosscloud/reload-sshd"), nil, 0o644))
	assert.Equal(t, []string{"reload ssh.service"}, install("ssh.service", two))
	assert.Equal(t, nothing, install("ssh.service", two))
}

// The database does not depend on it, so its steps come first.
func TestTroubleWithSSHIsToldAtTheEndOfTheRun(t *testing.T) {
	const one = "ssh-ed25519 AAAAC3Nz one@example.org"
	for command, says := range map[string]string{
		"place_file": "sshd does not take its settings",
		"useradd":    "the user admin cannot be made",
		"usermod":    "the user admin cannot be made",
		"systemctl":  "sshd does not start",
	} {
		t.Run(command, func(t *testing.T) {
			h := newTestHost(t)
			desired := example
			desired.AdminSSHKeys, desired.Operations = []string{one}, nil
			h.desire(t, desired)
			broken := strings.Replace(onSSH, "begin_step keys; place_admin_keys", "begin_step keys; place_admin_keys; "+command+"() { return 1; }", 1)
			broken = strings.Replace(broken, "begin_step ssh;", "begin_step disk; log 'the disk is here'; begin_step ssh;", 1)
			require.NotEqual(t, onSSH, broken)
			out, err := h.run(t, "sshd=''"+broken)
			require.Error(t, err, out)
			require.Contains(t, out, "the disk is here")
			published := h.published(t)
			assert.Equal(t, says+"; see journalctl -u crosscloud-agent -u ssh", published.Error)
			assert.Contains(t, published.Log, "ssh: "+says, "it is said when it happens, too")
			assert.Equal(t, "ssh", published.Hops[len(published.Hops)-1].Name)
			assert.False(t, published.Hops[len(published.Hops)-1].OK)
		})
	}
}

// Whatever sshd_config says before or after this file: where keys, or who vouches for them, could come from is decided
// here. Only a Match block overrides what stands before it, such as the words of Google's agent.
func TestNobodyElseNamesAdministrators(t *testing.T) {
	settings := string(must(os.ReadFile("boot/sshd.conf")))
	assert.Regexp(t, `^(#.*\n)*Match all\n`, settings)
	assert.Equal(t, 1, strings.Count(settings, "\nMatch "), "all of it is in the block")
	for _, line := range []string{
		"AuthorizedKeysFile /etc/crosscloud/ssh/%u", "AuthorizedKeysCommand none", "AuthorizedPrincipalsCommand none",
		"TrustedUserCAKeys none", "PasswordAuthentication no", "KbdInteractiveAuthentication no", "PermitRootLogin no",
	} {
		assert.Contains(t, settings, "\n"+line+"\n")
	}
}

// A key that has left the list must not let anybody in for as long as a disk or a permission is missing, and who has a new
// one may be needed to look why. The disk is mounted, and served from, before its size is asked for.
func TestTheOrderOfARun(t *testing.T) {
	_, run, found := strings.Cut(string(must(os.ReadFile("boot/converge"))), "\nbegin_run \"$@\"\n")
	require.True(t, found)
	var steps []string
	for line := range strings.Lines(run) {
		line, _, _ = strings.Cut(strings.TrimSpace(line), " #")
		steps = append(steps, strings.Fields(strings.TrimPrefix(line, "begin_step "))...)
	}
	assert.Equal(t, strings.Fields(`seen agent install_agent packages install_packages keys place_admin_keys end_step serve_ssh
		disk check_disk format_blank_disk mount_disk grow_filesystem cluster create_cluster own_cluster resume_server
		tls fetch_server_key place_certificates settings place_settings start_server load_settings roles define_roles
		answers check_connection end_step step=operations run_operations step='' ssh report_ssh end_step step=size check_disk_size step=''`), steps)
}
