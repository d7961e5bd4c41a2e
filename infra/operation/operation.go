// Package operation describes work that an operator asks of a host once: it is not desired state, which a host
// converges on again and again, but an event that happens at most once.
package operation

// Operation is one entry of a host's desired state. The host runs it after it has converged, in the order of the list,
// at most once per ID whatever happens in between, and publishes the outcome in its status document.
type Operation struct {
	// ID names the operation for ever: [a-z0-9][a-z0-9-]{0,39}, unique in the stack. Asking again needs a new ID.
	// A host remembers the newest 20 that have left the list, too. One that comes back after them would run again; so would,
	// after the web host was replaced, one that no longer fitted into its status document.
	ID string `json:"id"`
	// Kind is what to do. "restart" exists on both hosts: the app's slots one after the other, or the Postgres server.
	Kind string `json:"kind"`
	// Args are the kind's arguments; "restart" takes none.
	Args map[string]string `json:"args,omitempty"`
}
