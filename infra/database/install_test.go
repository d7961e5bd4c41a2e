package database

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// An agent that is being stopped waits for its run: who started it would wait for a unit that waits for this run, or undo
// what somebody wants.
func TestARunStartsNoAgentThatIsBeingStopped(t *testing.T) {
	for state, want := range map[string]string{
		"inactive":     "start crosscloud-agent.service\nchanged: started the agent\n",
		"failed":       "start crosscloud-agent.service\nchanged: started the agent\n",
		"active":       "",
		"deactivating": "",
	} {
		out, err := shell(t, nil, "agent.sh", `
			. ./report.sh
			install() { :; }; place_file() { :; }
			systemctl() { case $* in *NeedDaemonReload*) echo no ;; *ActiveState*) echo `+state+` ;; start*) echo "$*" ;; esac; }
			install_agent`)
		require.NoError(t, err, out)
		assert.Equal(t, want, out, state)
	}
}
