package setup

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAnEngineThatAnswersIsUsed(t *testing.T) {
	fakeDocker(t, `exit 0`)
	host, err := Engine(t.Context(), filepath.Join(t.TempDir(), "docker"))
	require.NoError(t, err)
	assert.Empty(t, host)
}

func TestTheTwinsOwnEngineIsFoundAgain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "docker")
	fakeDocker(t, `[ "$2" = "`+engine{dir}.host()+`" ]`)
	host, err := Engine(t.Context(), dir)
	require.NoError(t, err)
	assert.Equal(t, engine{dir}.host(), host)
}

func TestWithoutAnEngineTheErrorSaysWhatDockerSaid(t *testing.T) {
	fakeDocker(t, `echo permission denied >&2; exit 1`)
	_, err := FindEngine(t.Context(), t.TempDir())
	assert.ErrorContains(t, err, "permission denied")
}

func TestADeepCheckoutsSocketsAreKeptElsewhere(t *testing.T) {
	const short = "/home/me/crosscloud/.twin/docker"
	assert.Equal(t, short, engine{short}.sockets())
	deep := engine{"/home/me/" + strings.Repeat("deep/", 20) + ".twin/docker"}
	assert.NotEqual(t, deep.sockets(), engine{deep.dir + "2"}.sockets(), "each checkout has its own")
	assert.LessOrEqual(t, len(filepath.Join(deep.execRoot(), "containerd/containerd.sock.ttrpc")), maxSocketPath)
}

// A process number outlives its process: whoever has it now must not be taken for the engine.
func TestOnlyTheEngineItselfIsEnded(t *testing.T) {
	e := engine{t.TempDir()}
	assert.Nil(t, e.process(), "no file")
	other := exec.Command("sleep", "60")
	require.NoError(t, other.Start())
	t.Cleanup(func() { _ = other.Process.Kill(); _ = other.Wait() })
	require.NoError(t, os.WriteFile(e.file("docker.pid"), fmt.Appendln(nil, other.Process.Pid), 0o644))
	assert.Nil(t, e.process())

	own := exec.Command("sh", "-c", "sleep 60; : --pidfile "+e.file("docker.pid"))
	require.NoError(t, own.Start())
	t.Cleanup(func() { _ = own.Process.Kill(); _ = own.Wait() })
	require.NoError(t, os.WriteFile(e.file("docker.pid"), fmt.Appendln(nil, own.Process.Pid), 0o644))
	require.NotNil(t, e.process())
}

func TestStopWithoutAnEngineRemovesItsFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "docker")
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "data"), 0o755))
	require.NoError(t, StopEngine(t.Context(), dir))
	assert.NoDirExists(t, dir)
}

func TestContainersOfAnEndedEngineAreNoticed(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "docker")
	assert.False(t, LeftContainers(dir))
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "data", "containers", "0123"), 0o755))
	assert.True(t, LeftContainers(dir))
}

func TestAnEngineBesideThisOneKeepsTheBridge(t *testing.T) {
	proc := t.TempDir()
	for pid, arguments := range map[string]string{"7": "", "8": "pgrep\x00dockerd\x00"} {
		require.NoError(t, os.MkdirAll(filepath.Join(proc, pid), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(proc, pid, "cmdline"), []byte(arguments), 0o644))
	}
	assert.False(t, engineRuns(proc))
	require.NoError(t, os.WriteFile(filepath.Join(proc, "7", "cmdline"), []byte("/usr/sbin/dockerd\x00--data-root\x00/d\x00"), 0o644))
	assert.True(t, engineRuns(proc))
}

func TestRulesOfTheEngineAreLeftOut(t *testing.T) {
	assert.Equal(t, "*nat\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -s 192.0.2.0/24 -j MASQUERADE\nCOMMIT\n", withoutDocker(
		"*nat\n:POSTROUTING ACCEPT [0:0]\n:DOCKER - [0:0]\n-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER\n"+
			"-A POSTROUTING -s 192.0.2.0/24 -j MASQUERADE\n-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE\nCOMMIT\n"))
}

// fakeDocker puts a docker command first on PATH.
func fakeDocker(t *testing.T, script string) {
	t.Helper()
	bin := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(bin, "docker"), []byte("#!/bin/sh\n"+script+"\n"), 0o755))
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
}
