// Package services is what hosts and operators call in the twin, under the clouds' own names: the metadata servers,
// Systems Manager, S3, ECR, STS, Secret Manager and Cloud Storage, and the door to the web host.
package services

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"github.com/johannesboyne/gofakes3"

	"crosscloud/infra/twin/services/awsauth"
	"crosscloud/infra/twin/services/door"
	"crosscloud/infra/twin/services/gcpauth"
	"crosscloud/infra/twin/services/token"
	"crosscloud/infra/twin/state"
)

// Options say what to serve.
type Options struct {
	// Dir is the twin's directory, .twin/NAME. Its state and ca directories are what the services work on.
	Dir string
	Log *slog.Logger // slog.Default if nil
}

// Addresses are where to listen. A port of 0 takes any that is free.
type Addresses struct {
	TLS       string // the services, under many host names
	Metadata  string // both clouds' metadata servers, without TLS as on the clouds
	DoorHTTPS string // the web host's port 443
	DoorHTTP  string // and 80
}

// Container are the addresses inside the services' container, which has the metadata servers' address on its loopback.
var Container = Addresses{TLS: ":443", Metadata: "169.254.169.254:80", DoorHTTPS: ":8443", DoorHTTP: ":8081"}

// Run serves in the container until the context ends.
func Run(ctx context.Context, o Options) error {
	listeners, err := Listen(Container)
	if err != nil {
		return err
	}
	return Serve(ctx, o, listeners)
}

// Listeners are the open ports.
type Listeners struct {
	TLS, Metadata, DoorHTTPS, DoorHTTP net.Listener
}

// Listen opens all ports or none.
func Listen(a Addresses) (Listeners, error) {
	var l Listeners
	var open []net.Listener
	for _, p := range []struct {
		listener *net.Listener
		address  string
	}{{&l.TLS, a.TLS}, {&l.Metadata, a.Metadata}, {&l.DoorHTTPS, a.DoorHTTPS}, {&l.DoorHTTP, a.DoorHTTP}} {
		var err error
		if *p.listener, err = net.Listen("tcp", p.address); err != nil {
			for _, other := range open {
				_ = other.Close()
			}
			return Listeners{}, err
		}
		open = append(open, *p.listener)
	}
	return l, nil
}

// parts are what the services are made of.
type parts struct {
	store   *state.Store
	mint    *token.Mint
	objects gofakes3.Backend
	log     *slog.Logger
	now     func() time.Time
}

// verifier is that of one region. Whether the credentials are good does not depend on it.
func (p parts) verifier(region string) *awsauth.Verifier {
	return awsauth.NewVerifier(p.store, p.mint, Account, region, p.now)
}

func (p parts) authority() *gcpauth.Authority {
	return gcpauth.New(p.store, p.mint, p.now)
}

// Serve serves on open ports until the context ends.
func Serve(ctx context.Context, o Options, l Listeners) error {
	p := parts{store: openStore(o.Dir), log: cmp.Or(o.Log, slog.Default()), now: time.Now}
	var err error
	if p.mint, err = token.NewMint(p.store); err != nil {
		return err
	}
	if p.objects, err = state.Objects(p.store); err != nil {
		return err
	}

	if err := EnsureCA(o.Dir); err != nil {
		return err
	}
	certificates, err := openAuthority(o.Dir, serves, p.now)
	if err != nil {
		return err
	}
	secure := newServer(logged(faulty(p, newHosts(p)), p.log), p.log)
	secure.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: certificates.GetCertificate}
	plain := newServer(logged(faulty(p, newMetadata(p)), p.log), p.log)

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	running := []func() error{
		func() error { return serve(ctx, secure, func() error { return secure.ServeTLS(l.TLS, "", "") }) },
		func() error { return serve(ctx, plain, func() error { return plain.Serve(l.Metadata) }) },
		func() error { return door.Serve(ctx, l.DoorHTTPS, door.WebHost(p.store, 443), p.log) },
		func() error { return door.Serve(ctx, l.DoorHTTP, door.WebHost(p.store, 80), p.log) },
	}
	ended := make(chan error, len(running))
	for _, run := range running {
		go func() { ended <- run() }()
	}
	p.log.Info("the services listen", "tls", l.TLS.Addr().String(), "metadata", l.Metadata.Addr().String(),
		"https door", l.DoorHTTPS.Addr().String(), "http door", l.DoorHTTP.Addr().String())
	var all error
	for range running {
		all = errors.Join(all, <-ended)
		cancel() // one that cannot go on ends the others
	}
	return all
}

// openStore is the store of the twin whose directory is dir.
func openStore(dir string) *state.Store { return state.Open(filepath.Join(dir, "state")) }

// newServer limits how long a client may take to say what it wants. How long an answer takes is open: there are long
// polls and large blobs.
func newServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// serve ends the server with the context. Requests that are answered have a moment; those who wait for a change do not
// end by themselves.
func serve(ctx context.Context, server *http.Server, listen func() error) error {
	ended := make(chan error, 1)
	go func() { ended <- listen() }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if server.Shutdown(grace) != nil {
		return server.Close()
	}
	return nil
}
