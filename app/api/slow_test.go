package api

import (
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/postgres"
)

// The pool has one connection, and clients that take their time with what they
// send and with what they read.
func TestASlowClientHoldsNoConnectionToTheDatabase(t *testing.T) {
	s := newServer(t)
	s.sql(`insert into todos (list, title, position) select id, repeat('<', 500), n from lists, generate_series(1, 1000) n`)
	path := strings.TrimPrefix(s.todos, s.URL)
	config := s.database.Copy()
	config.MaxConns = 1
	single, err := postgres.Open(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(single.Close)
	s.serve(single)

	for _, sent := range []string{
		"POST " + path + " HTTP/1.1\r\nHost: slow\r\nContent-Type: application/json\r\nContent-Length: 30\r\n\r\n{\"title\":",
		// Many answers of 3 MB, none of which is read: more than sockets hold.
		strings.Repeat("GET "+path+" HTTP/1.1\r\nHost: slow\r\n\r\n", 10),
	} {
		conn, err := net.Dial("tcp", s.Listener.Addr().String())
		require.NoError(t, err)
		defer conn.Close()
		_, err = fmt.Fprint(conn, sent)
		require.NoError(t, err)
	}
	for range 5 {
		assert.Equal(t, 200, s.get(s.URL+path+"?limit=1").StatusCode)
	}
}
