package tls

import (
	"crypto/x509/pkix"
	"encoding/asn1"
)

// Subject is a distinguished name as the provider's arguments spell it.
type Subject struct {
	CommonName         string   `json:"commonName,omitempty"`
	Country            string   `json:"country,omitempty"`
	EmailAddress       string   `json:"emailAddress,omitempty"`
	Locality           string   `json:"locality,omitempty"`
	Organization       string   `json:"organization,omitempty"`
	OrganizationalUnit string   `json:"organizationalUnit,omitempty"`
	PostalCode         string   `json:"postalCode,omitempty"`
	Province           string   `json:"province,omitempty"`
	SerialNumber       string   `json:"serialNumber,omitempty"`
	StreetAddresses    []string `json:"streetAddresses,omitempty"`
}

// emailAddress is the attribute that PKCS #9 defines and crypto/x509 has no field for.
var emailAddress = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}

func (s *Subject) name() pkix.Name {
	if s == nil {
		return pkix.Name{}
	}
	name := pkix.Name{
		CommonName:         s.CommonName,
		SerialNumber:       s.SerialNumber,
		Country:            some(s.Country),
		Locality:           some(s.Locality),
		Organization:       some(s.Organization),
		OrganizationalUnit: some(s.OrganizationalUnit),
		PostalCode:         some(s.PostalCode),
		Province:           some(s.Province),
		StreetAddress:      s.StreetAddresses,
	}
	if s.EmailAddress != "" {
		name.ExtraNames = []pkix.AttributeTypeAndValue{{Type: emailAddress, Value: s.EmailAddress}}
	}
	return name
}

// some makes a list of one element, or of none: an empty attribute must not appear in the name.
func some(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}
