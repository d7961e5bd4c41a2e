package database

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestARunDoesNotWaitForAnAgentThatWaitsForIt(t *testing.T) {
	out, err := shell(t, nil, "agent.sh", `
		. ./report.sh
		install() { :; }; place_file() { :; }
		systemctl() { case $1 in show) echo no ;; is-active) return 3 ;; start) echo "$*" ;; esac; }
		install_agent`)
	require.NoError(t, err, out)
	assert.Equal(t, "start --no-block crosscloud-agent.service\nchanged: started the agent\n", out)
}
