package state

import "time"

// Fault is what is wrong with a service as VMs see it, for as long as it is on record. Its id is the host name that they
// call: ssm.us-east-1.amazonaws.com, 169.254.169.254, metadata.google.internal. It is not met under another name, nor by the operator.
type Fault struct {
	// Delay passes before a request is looked at.
	Delay time.Duration `json:"delay,omitempty"`
	// Status is the one of HTTP, 400 to 599, with which every request is refused, in the form of the service's own errors;
	// 0 refuses none.
	Status int `json:"status,omitempty"`
}
