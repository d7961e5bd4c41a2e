package gcp

import (
	"context"
	"strings"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/state"
)

// SecretMemberArgs are the arguments of gcp:secretmanager/secretIamMember:SecretIamMember.
type SecretMemberArgs struct {
	Member   string `json:"member"`
	Project  string `json:"project,omitempty"`
	Role     string `json:"role"`
	SecretId string `json:"secretId"`
}

// SecretMember grants a role on one secret to one member.
type SecretMember struct {
	SecretMemberArgs
	Etag string `json:"etag"`
}

func (a SecretMemberArgs) binding() state.Binding {
	return state.Binding{Resource: a.SecretId, Role: a.Role, Member: a.Member}
}

func (g *gcp) secretMember() cloud.Resource {
	return cloud.Kind[SecretMemberArgs, SecretMember]{
		Token:    "gcp:secretmanager/secretIamMember:SecretIamMember",
		Required: []string{"member", "role", "secretId"},
		Replace:  []string{"member", "project", "role", "secretId"},
		Normalize: func(_ string, in SecretMemberArgs) SecretMemberArgs {
			in.Project = g.projectOr(in.Project)
			if in.SecretId != "" {
				in.SecretId = secretRef(in.Project, in.SecretId)
			}
			return in
		},
		Check: func(in SecretMemberArgs) []cloud.Failure {
			var c checks
			c.binding(in.Role, in.Member)
			return c.failures
		},
		Create: func(_ context.Context, _ string, in SecretMemberArgs) (string, SecretMember, error) {
			b := in.binding()
			return memberID(b), SecretMember{in, fingerprint(b)}, doing("applying IAM policy for "+b.Resource, g.grantSecret(b))
		},
		Read: g.readSecretMember,
		Delete: func(_ context.Context, _ string, old SecretMember) error {
			return state.Delete[state.Binding](g.env.Store, state.BindingID(old.binding()))
		},
	}
}

func (g *gcp) grantSecret(b state.Binding) error {
	if err := g.findSecret(b.Resource); err != nil {
		return err
	}
	return g.grant(b, secretRoles)
}

func (g *gcp) readSecretMember(_ context.Context, id string) (SecretMember, error) {
	fields := strings.SplitN(id, "/", 5) // projects/P/secrets/S/ROLE/MEMBER
	if len(fields) < 5 {
		return SecretMember{}, notFound(id)
	}
	secret := strings.Join(fields[:4], "/")
	b := bindingOf(secret, id)
	if _, err := state.Get[state.Binding](g.env.Store, state.BindingID(b)); err != nil {
		return SecretMember{}, err
	}
	return SecretMember{SecretMemberArgs{b.Member, fields[1], b.Role, secret}, fingerprint(b)}, nil
}
