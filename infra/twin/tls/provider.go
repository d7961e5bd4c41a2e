// Package tls is the twin's double of the tls provider. Its keys and certificates are real ones: the hosts of the twin
// verify them with the same libraries as the hosts of a cloud. They live in the stack's state and nowhere else.
package tls

import "crosscloud/infra/twin/cloud"

// Provider returns the kinds the program uses: PrivateKey, SelfSignedCert, CertRequest and LocallySignedCert.
func Provider(cloud.Env) cloud.Provider {
	return cloud.Provider{
		Name:      "tls",
		Version:   "5.2.0",
		Resources: []cloud.Resource{privateKey(), selfSignedCert(), certRequest(), locallySignedCert()},
	}
}
