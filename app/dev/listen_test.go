package main

import (
	"net"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAddressesThatDevRefuses(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	err = checkListen(taken.Addr().String())
	require.ErrorContains(t, err, "LISTEN="+taken.Addr().String()+": another program has this port")
	other := regexp.MustCompile(`LISTEN=(127\.0\.0\.1:\d+) make dev`).FindStringSubmatch(err.Error())
	require.NotNil(t, other, "%v", err)
	assert.NoError(t, checkListen(other[1]))

	for _, address := range []string{"127.0.0.1:0", ":0", "localhost:00"} {
		assert.ErrorContains(t, checkListen(address), "LISTEN="+address+": make dev needs a port that stays the same")
	}
	assert.NoError(t, checkListen("nonsense"), "the app says it better")
}

func TestSiteURL(t *testing.T) {
	for listen, want := range map[string]string{
		":8080":             "http://localhost:8080/",
		"0.0.0.0:8080":      "http://localhost:8080/",
		"[::]:8080":         "http://localhost:8080/",
		"127.0.0.1:8080":    "http://localhost:8080/",
		"localhost:8080":    "http://localhost:8080/",
		"[::1]:8080":        "http://localhost:8080/",
		"192.0.2.7:8080":    "http://192.0.2.7:8080/",
		"todo.example:8080": "http://todo.example:8080/",
	} {
		assert.Equal(t, want, siteURL(listen))
	}
}
