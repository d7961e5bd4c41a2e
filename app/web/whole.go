package web

import (
	"context"
	"net"
	"net/http"
)

// Serve is server.Serve on connections on which a page leaves in one write.
// Nothing else that a page costs takes the kernel longer, here and where it is
// read, and net/http writes what is longer than its buffer of 4 KB in two or more.
// It sets the server's ConnContext, and is for HTTP/1, where a connection has one
// request at a time.
func Serve(server *http.Server, l net.Listener) error {
	server.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		return context.WithValue(ctx, connKey{}, c)
	}
	return server.Serve(listener{l})
}

type connKey struct{}

type listener struct{ net.Listener }

func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if s, ok := c.(stream); ok {
		return &conn{stream: s}, err
	}
	return c, err
}

// stream is what net/http needs of a TCP connection. Without CloseWrite, who is
// still sending what was refused never gets the answer.
type stream interface {
	net.Conn
	CloseWrite() error
}

// conn holds back what is written to it while it has something to hold it in. Only
// the goroutine that answers its request writes to it.
type conn struct {
	stream
	held *markup
}

func (c *conn) Write(p []byte) (int, error) {
	if c.held == nil {
		return c.stream.Write(p)
	}
	*c.held = append(*c.held, p...)
	return len(p), nil
}

// holdBack lets what follows leave as a whole, when all else is done for the
// request. Where the request did not come by Serve, it leaves as it always does.
func holdBack(r *http.Request) {
	if c := connOf(r); c != nil {
		c.held = newMarkup()
	}
}

func connOf(r *http.Request) *conn {
	c, _ := r.Context().Value(connKey{}).(*conn)
	return c
}

// sendHeld sends what was held back. What cannot be sent ends the connection: net/http,
// which heard nothing of it, would go on with the next answer.
func sendHeld(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r)
		c := connOf(r)
		if c == nil || c.held == nil {
			return
		}
		http.NewResponseController(w).Flush()
		held := c.held
		c.held = nil
		if _, err := c.stream.Write(*held); err != nil {
			c.Close()
		}
		held.release()
	})
}
