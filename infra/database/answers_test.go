package database

import (
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/boottest"
)

func TestAServerThatAcceptsAndSaysNothingIsNotWaitedFor(t *testing.T) {
	boottest.Tool(t, "openssl")
	boottest.Tool(t, "jq")
	listener := must(net.Listen("tcp", "127.0.0.1:0"))
	defer listener.Close()
	ca, _, _ := issue(t, net.IPv4(203, 0, 113, 20))
	out, err := shell(t, map[string]string{"timeout 10": "timeout 0.5", "127.0.0.1:5432": listener.Addr().String()}, "answers.sh", `
		. ./report.sh; trap 'echo "$failure"' EXIT
		echo '{"address": "203.0.113.20"}' >desired.json; tls=.; echo "$CA" >ca.crt
		check_connection`, "CA="+string(ca))
	require.Error(t, err)
	assert.Equal(t, "the server does not answer with a valid certificate for 203.0.113.20: no answer\n", out)
}
