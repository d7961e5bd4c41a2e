package tls

import (
	"fmt"
	"net"
	"net/url"

	"crosscloud/infra/twin/cloud"
)

// Names are the subject alternative names that a certificate is asked for.
type Names struct {
	DnsNames    []string `json:"dnsNames,omitempty"`
	IpAddresses []string `json:"ipAddresses,omitempty"`
	Uris        []string `json:"uris,omitempty"`
}

func (n Names) check() []cloud.Failure {
	var failures []cloud.Failure
	for i, address := range n.IpAddresses {
		if address != "" && net.ParseIP(address) == nil {
			failures = append(failures, cloud.Failure{
				Property: fmt.Sprintf("ipAddresses[%d]", i),
				Reason:   fmt.Sprintf("%q is not an IP address", address),
			})
		}
	}
	for i, uri := range n.Uris {
		if _, err := url.Parse(uri); err != nil {
			failures = append(failures, cloud.Failure{Property: fmt.Sprintf("uris[%d]", i), Reason: err.Error()})
		}
	}
	return failures
}

// parse returns the names in the forms that crypto/x509 takes.
func (n Names) parse() ([]net.IP, []*url.URL, error) {
	var addresses []net.IP
	for _, text := range n.IpAddresses {
		address := net.ParseIP(text)
		if address == nil {
			return nil, nil, fmt.Errorf("failed to parse IP address %q", text)
		}
		addresses = append(addresses, address)
	}
	var uris []*url.URL
	for _, text := range n.Uris {
		uri, err := url.Parse(text)
		if err != nil {
			return nil, nil, fmt.Errorf("failed to parse URI: %w", err)
		}
		uris = append(uris, uri)
	}
	return addresses, uris, nil
}
