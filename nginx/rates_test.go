package nginx_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"

	"crosscloud/nginx/nginxtest"
)

// What limits.conf lets pass from one address.
const (
	burst      = 60
	perSecond  = 30
	concurrent = 100
)

// allowed is how many requests of an address may have passed since then.
func allowed(since time.Time) int32 {
	return 1 + burst + int32(perSecond*(time.Since(since).Seconds()+1)) // a part of a second is rounded up
}

// from is a client whose connections come from another address of loopback.
func from(t *testing.T, p *nginxtest.Proxy, address string) *http.Client {
	t.Helper()
	client := p.Client(t, true)
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}
	client.Transport.(*http.Transport).DialContext = dialer.DialContext
	return client
}

// Not more than the limit reaches a slot, however the flood comes, and nobody
// else notices.
func TestAFloodOfRequestsFromOneAddressIsRefused(t *testing.T) {
	for what, send := range map[string]func(*testing.T, *nginxtest.Proxy){
		"many at once": func(t *testing.T, p *nginxtest.Proxy) {
			var statuses [600]int
			var sent sync.WaitGroup
			for n := range statuses {
				sent.Go(func() {
					// Of the clients one speaks HTTP/1.1.
					response, err := p.Client(t, n%3 > 0).Get("https://" + p.HTTPS + "/")
					if assert.NoError(t, err) {
						response.Body.Close()
						statuses[n] = response.StatusCode
					}
				})
			}
			sent.Wait()
			count := map[int]int{}
			for _, status := range statuses {
				count[status]++
			}
			assert.Len(t, count, 2, "%v", count)
			assert.GreaterOrEqual(t, count[http.StatusOK], 1+burst)
			assert.NotZero(t, count[http.StatusTooManyRequests])
		},
		"without waiting for answers": func(t *testing.T, p *nginxtest.Proxy) {
			conn, _ := dial(t, p, "http/1.1")
			go io.WriteString(conn, strings.Repeat("GET / HTTP/1.1\r\nHost: todo.example\r\n\r\n", 900)+
				"GET / HTTP/1.1\r\nHost: todo.example\r\nConnection: close\r\n\r\n")
			answers, err := io.ReadAll(conn)
			require.NoError(t, err)
			assert.Equal(t, 901, strings.Count(string(answers), "\r\nServer: nginx\r\n"))
		},
		"begun and given up": func(t *testing.T, p *nginxtest.Proxy) {
			conn, framer := dial(t, p, "h2")
			go func() {
				for id := uint32(1); id < 4000; id += 2 {
					request := http2.HeadersFrameParam{StreamID: id, BlockFragment: anyRequest, EndHeaders: true, EndStream: true}
					if framer.WriteHeaders(request) != nil || framer.WriteRSTStream(id, http2.ErrCodeCancel) != nil {
						return
					}
				}
				framer.WriteGoAway(0, http2.ErrCodeNo, nil)
			}()
			_, err := io.Copy(io.Discard, conn)
			assert.NotErrorIs(t, err, os.ErrDeadlineExceeded, "nginx has not ended it")
		},
	} {
		t.Run(what, func(t *testing.T) {
			blue := newSlot(t, "blue")
			p := nginxtest.Start(t, blue.address, blue.address)
			began := time.Now()
			send(t, p)
			assert.LessOrEqual(t, blue.hits.Load(), allowed(began))
			assert.Equal(t, http.StatusOK, get(t, from(t, p, "127.0.0.2"), "https://"+p.HTTPS+"/").StatusCode, "another address")
		})
	}
}

// At whatever pace requests come that a slot takes long to answer.
func TestAnAddressHasAHundredRequestsAtATime(t *testing.T) {
	release := make(chan struct{})
	var inside atomic.Int32
	slot := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/slow" {
			return
		}
		inside.Add(1)
		<-release
	}))
	t.Cleanup(slot.Close)
	address := slot.Listener.Addr().String()
	p := nginxtest.Start(t, address, address)
	client := p.Client(t, true)
	var sent sync.WaitGroup
	for inside.Load() < concurrent {
		sent.Go(func() {
			if response, err := client.Get("https://" + p.HTTPS + "/slow"); assert.NoError(t, err) {
				response.Body.Close()
			}
		})
		time.Sleep(time.Second / 2 / perSecond)
	}
	time.Sleep(time.Second) // the limit of the pace lets some pass again
	for range perSecond / 2 {
		assert.Equal(t, http.StatusTooManyRequests, get(t, client, "https://"+p.HTTPS+"/slow").StatusCode)
	}
	assert.Equal(t, http.StatusOK, get(t, from(t, p, "127.0.0.2"), "https://"+p.HTTPS+"/").StatusCode, "another address")
	assert.EqualValues(t, concurrent, inside.Load())
	close(release)
	sent.Wait()
	assert.Equal(t, http.StatusOK, get(t, client, "https://"+p.HTTPS+"/").StatusCode)
}
