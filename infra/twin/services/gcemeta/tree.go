package gcemeta

import (
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"

	"crosscloud/infra/twin/services/gcpauth"
	"crosscloud/infra/twin/state"
)

// tree is everything that one instance can read. What the twin does not model is absent, and so answered with 404.
func (s *Server) tree(project string, m state.Machine) object {
	projectNumber := strconv.Itoa(state.ProjectNumber(project))
	inProject := "projects/" + projectNumber
	hostname := m.Hostname
	if hostname == "" {
		hostname = fmt.Sprintf("%s.%s.c.%s.internal", m.Name, m.Zone, project)
	}
	card := object{
		"dns-servers": words{"169.254.169.254"},
		"ip":          m.PrivateAddress,
		"mac":         m.MAC,
		"mtu":         "1460",
	}
	if m.VPC != "" {
		card["network"] = inProject + "/networks/" + path.Base(m.VPC)
	}
	if m.Address != "" {
		card["access-configs"] = list{{"external-ip": m.Address, "type": "ONE_TO_ONE_NAT"}}
	} else {
		card["access-configs"] = list{}
	}
	attached := attributes{}
	for name, value := range m.Metadata {
		attached[name] = value
	}
	return object{
		"instance": object{
			"attributes":         attached,
			"cpu-platform":       "Unknown CPU Platform",
			"description":        "",
			"hostname":           hostname,
			"id":                 number(m.ID),
			"image":              m.Image,
			"machine-type":       inProject + "/machineTypes/" + path.Base(m.Type),
			"maintenance-event":  "NONE",
			"name":               m.Name,
			"network-interfaces": list{card},
			"preempted":          "FALSE",
			"service-accounts":   s.serviceAccounts(m),
			"tags":               tags(append([]string{}, m.NetworkTags...)),
			"zone":               inProject + "/zones/" + m.Zone,
		},
		"project": object{
			"attributes":         attributes{},
			"numeric-project-id": number(projectNumber),
			"project-id":         project,
		},
	}
}

// serviceAccounts has the VM's account under its email and under "default", or nothing.
func (s *Server) serviceAccounts(m state.Machine) object {
	if m.Identity == "" {
		return object{}
	}
	account := object{
		"aliases": words{"default"},
		"email":   m.Identity,
		"scopes":  words(append([]string{}, m.Scopes...)),
		"token":   computed(func() (any, error) { return s.token(m) }),
	}
	return object{"default": account, m.Identity: account}
}

func (s *Server) token(m state.Machine) (any, error) {
	text, expires, err := s.authority.Issue(gcpauth.Caller{Email: m.Identity, Scopes: m.Scopes})
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"access_token": text,
		"expires_in":   int(expires.Sub(s.now()) / time.Second),
		"token_type":   "Bearer",
	}, nil
}

// projectOf is the project in projects/P/zones/Z/instances/N.
func projectOf(id string) string {
	parts := strings.Split(id, "/")
	if len(parts) < 2 || parts[0] != "projects" {
		return ""
	}
	return parts[1]
}
