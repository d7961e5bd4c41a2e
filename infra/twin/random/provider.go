// Package random is the twin's double of the random provider: values that are drawn once, kept in the stack's state
// and drawn anew only when an argument or a keeper changes. Nothing of it exists outside that state, so it reads back
// what it is given.
package random

import "crosscloud/infra/twin/cloud"

// Provider returns the kinds the program uses: RandomPassword, RandomBytes and RandomId.
func Provider(cloud.Env) cloud.Provider {
	return cloud.Provider{
		Name:      "random",
		Version:   "4.18.4",
		Resources: []cloud.Resource{password(), bytes(), id()},
	}
}
