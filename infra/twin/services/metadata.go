package services

import (
	"errors"
	"net/http"
	"net/netip"

	"crosscloud/infra/twin/services/gcemeta"
	"crosscloud/infra/twin/services/imds"
	"crosscloud/infra/twin/state"
)

// metadata answers at 169.254.169.254, as the cloud of the machine that asks does.
type metadata struct {
	parts parts
	aws   *imds.Server
	gcp   *gcemeta.Server
}

func newMetadata(p parts) service {
	return &metadata{
		parts: p,
		aws:   imds.New(p.store, p.mint, p.verifier(""), Account, p.log, p.now),
		gcp:   gcemeta.New(p.store, p.authority(), p.log, p.now),
	}
}

func (m *metadata) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		http.Error(w, "The caller has no address.", http.StatusBadRequest)
		return
	}
	id, machine, err := state.MachineAt(m.parts.store, from.Addr())
	switch {
	case errors.Is(err, state.ErrNotFound):
		http.Error(w, "The twin has no machine at "+from.Addr().String()+".", http.StatusNotFound)
	case err != nil:
		m.parts.log.Error("metadata request failed", "error", err)
		http.Error(w, "The twin's services log says more.", http.StatusInternalServerError)
	case machine.Cloud == state.GCP:
		m.gcp.ServeMachine(w, r, id, machine)
	default:
		m.aws.ServeMachine(w, r, machine)
	}
}
