package services

import (
	"errors"
	"net/http"
	"net/netip"
	"time"

	"crosscloud/infra/twin/state"
)

// service answers requests, and can refuse one with any status in the form of its errors.
type service interface {
	http.Handler
	refuse(w http.ResponseWriter, r *http.Request, status int)
}

// faulty adds to a service the faults that are on record when a VM's request comes. Without one it costs a look for a file.
func faulty(p parts, sound service) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fault := faultOf(p, r)
		if fault.Delay > 0 {
			select {
			case <-r.Context().Done():
				return // the client went away
			case <-time.After(fault.Delay):
			}
		}
		if fault.Status != 0 {
			sound.refuse(w, r, fault.Status)
			return
		}
		sound.ServeHTTP(w, r)
	})
}

// faultOf is the fault of the service that a VM calls, and none for anyone else. One that can't be read is none, too.
func faultOf(p parts, r *http.Request) state.Fault {
	host := faultHost(hostName(r))
	if host == "" {
		return state.Fault{}
	}
	fault, err := state.Get[state.Fault](p.store, host)
	if err == nil {
		err = fromVM(p.store, r)
	}
	if err != nil {
		if !errors.Is(err, state.ErrNotFound) {
			p.log.Error("no fault", "host", host, "error", err)
		}
		return state.Fault{}
	}
	return fault
}

// faultHost takes the bucket from one of S3's names: its faults are those of all buckets.
func faultHost(host string) string {
	if match := awsHost.FindStringSubmatch(host); match != nil && match[2] != "" {
		return match[2] + "." + match[3] + ".amazonaws.com"
	}
	return host
}

// fromVM returns an error that wraps state.ErrNotFound for a request that is no VM's.
func fromVM(store *state.Store, r *http.Request) error {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return err
	}
	_, _, err = state.MachineAt(store, from.Addr())
	return err
}
