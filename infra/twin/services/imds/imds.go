// Package imds is the EC2 instance metadata service, version 2 only: a session token first, then the tree that
// cloud-init and the SDKs read.
package imds

import (
	"errors"
	"log/slog"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"crosscloud/infra/twin/services/awsauth"
	"crosscloud/infra/twin/services/token"
	"crosscloud/infra/twin/state"
)

const (
	purpose   = "imds session"
	ttlHeader = "X-aws-ec2-metadata-token-ttl-seconds"
	// maxTTL is six hours, as EC2's documentation has it.
	maxTTL = 21600
)

// version is a release of the metadata service: "latest" or its date. Clients ask for the newest that they know.
var version = regexp.MustCompile(`^(latest|1\.0|20[0-2][0-9]-[01][0-9]-[0-3][0-9])$`)

// Server answers the machines of AWS.
type Server struct {
	store    *state.Store
	mint     *token.Mint
	verifier *awsauth.Verifier
	account  string
	log      *slog.Logger
	now      func() time.Time
}

// New returns the service; the verifier is where it gets role credentials.
func New(store *state.Store, mint *token.Mint, verifier *awsauth.Verifier, account string, log *slog.Logger, now func() time.Time) *Server {
	return &Server{store: store, mint: mint, verifier: verifier, account: account, log: log, now: now}
}

// claims tie a session token to one instance.
type claims struct {
	Instance string
}

// ServeMachine answers a request that came from the machine m.
func (s *Server) ServeMachine(w http.ResponseWriter, r *http.Request, m state.Machine) {
	w.Header().Set("Server", "EC2ws")
	switch {
	case r.Header.Get("X-Forwarded-For") != "":
		// A proxy that was tricked into asking would send it.
		refuse(w, http.StatusForbidden)
	case r.Method == http.MethodPut && r.URL.Path == "/latest/api/token":
		s.token(w, r, m)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		refuse(w, http.StatusMethodNotAllowed)
	case !s.hasToken(r, m):
		refuse(w, http.StatusUnauthorized)
	default:
		s.get(w, r, m)
	}
}

func (s *Server) token(w http.ResponseWriter, r *http.Request, m state.Machine) {
	ttl, err := strconv.Atoi(r.Header.Get(ttlHeader))
	if err != nil || ttl < 1 || ttl > maxTTL {
		refuse(w, http.StatusBadRequest)
		return
	}
	text, err := token.New(s.mint, purpose, claims{m.ID}, s.now().Add(time.Duration(ttl)*time.Second))
	if err != nil {
		s.log.Error("no metadata token", "instance", m.ID, "error", err)
		refuse(w, http.StatusInternalServerError)
		return
	}
	w.Header().Set(ttlHeader, strconv.Itoa(ttl))
	write(w, text)
}

func (s *Server) hasToken(r *http.Request, m state.Machine) bool {
	got, _, err := token.Read[claims](s.mint, purpose, r.Header.Get("X-aws-ec2-metadata-token"), s.now())
	return err == nil && got.Instance == m.ID
}

func (s *Server) get(w http.ResponseWriter, r *http.Request, m state.Machine) {
	path := strings.Trim(r.URL.Path, "/")
	if path == "" {
		write(w, "latest")
		return
	}
	release, path, _ := strings.Cut(path, "/")
	if !version.MatchString(release) {
		refuse(w, http.StatusNotFound)
		return
	}
	tree, err := s.tree(m)
	if err != nil {
		s.log.Error("no metadata", "instance", m.ID, "error", err)
		refuse(w, http.StatusInternalServerError)
		return
	}
	value, found := tree.lookup(path)
	if !found {
		refuse(w, http.StatusNotFound)
		return
	}
	if text, ok := value.(lazy); ok {
		if value, err = text(); err != nil {
			if !errors.Is(err, state.ErrNotFound) {
				s.log.Error("no metadata", "instance", m.ID, "path", path, "error", err)
			}
			refuse(w, http.StatusNotFound)
			return
		}
	}
	switch value := value.(type) {
	case directory:
		write(w, value.list())
	case string:
		write(w, value)
	}
}

func write(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/plain")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	_, _ = w.Write([]byte(text)) // the client went away
}

// refuse answers with the status's own name, in the form of HTML that EC2 uses.
func refuse(w http.ResponseWriter, status int) {
	text := strconv.Itoa(status) + " - " + http.StatusText(status)
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(status)
	_, _ = w.Write([]byte("<html><head><title>" + text + "</title></head><body><h1>" + text + "</h1></body></html>\n"))
}
