package services

import (
	"fmt"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"

	"crosscloud/infra/twin/services/ecr"
	"crosscloud/infra/twin/services/gcs"
	"crosscloud/infra/twin/services/s3"
	"crosscloud/infra/twin/services/secretmanager"
	"crosscloud/infra/twin/services/ssm"
)

// Account is the AWS account that the twin is: the id that AWS's documentation uses in its examples.
const Account = "111122223333"

// Hostnames are the names that every VM resolves to the services, for a region of AWS.
func Hostnames(region string) []string {
	return []string{
		"ssm." + region + ".amazonaws.com",
		"s3." + region + ".amazonaws.com",
		"api.ecr." + region + ".amazonaws.com",
		ecr.Host(Account, region),
		secretManagerHost,
		storageHost,
	}
}

const (
	secretManagerHost = "secretmanager.googleapis.com"
	storageHost       = "storage.googleapis.com"
)

// awsHost splits a name into service and region. The regions are as many as their names can be, so that what is kept for
// each is bounded.
var awsHost = regexp.MustCompile(`^(?:(ssm|api\.ecr|s3|` + Account + `\.dkr\.ecr)|[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\.(s3))` +
	`\.((?:us|eu|ap|ca|sa|me|af|il|mx)-(?:central|north|south|east|west|northeast|southeast|northwest|southwest)-[1-9])\.amazonaws\.com$`)

// hosts leads a request to the service that has its host name.
type hosts struct {
	parts   parts
	secrets http.Handler
	storage http.Handler

	mu      sync.Mutex
	regions map[string]map[string]http.Handler
}

func newHosts(p parts) service {
	return &hosts{
		parts:   p,
		secrets: secretmanager.New(p.store, p.authority(), p.log),
		storage: gcs.New(p.store, gcs.NewObjects(p.store, p.now), p.authority(), p.log),
		regions: map[string]map[string]http.Handler{},
	}
}

// serves says whether there is a service of that name.
func serves(host string) bool {
	return host == secretManagerHost || host == storageHost || awsHost.MatchString(host)
}

func (h *hosts) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	host := hostName(r)
	switch host {
	case secretManagerHost:
		h.secrets.ServeHTTP(w, r)
		return
	case storageHost:
		h.storage.ServeHTTP(w, r)
		return
	}
	match := awsHost.FindStringSubmatch(host)
	if match == nil {
		http.Error(w, fmt.Sprintf("The twin does not serve the host %q.", host), http.StatusMisdirectedRequest)
		return
	}
	h.region(match[3])[match[1]+match[2]].ServeHTTP(w, r)
}

// hostName is the name by which the client called, without a port.
func hostName(r *http.Request) string {
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(host)
}

// region returns a region's services by the first part of their names.
func (h *hosts) region(name string) map[string]http.Handler {
	h.mu.Lock()
	defer h.mu.Unlock()
	if known := h.regions[name]; known != nil {
		return known
	}
	p := h.parts
	verifier := p.verifier(name)
	registry := ecr.New(p.store, p.mint, verifier, Account, name, p.log, p.now)
	h.regions[name] = map[string]http.Handler{
		"ssm":                ssm.New(p.store, p.mint, verifier, Account, name, p.log, p.now),
		"s3":                 s3.New(verifier, p.objects, "s3."+name+".amazonaws.com", p.log),
		"api.ecr":            registry,
		Account + ".dkr.ecr": http.HandlerFunc(registry.ServeRegistry),
	}
	return h.regions[name]
}
