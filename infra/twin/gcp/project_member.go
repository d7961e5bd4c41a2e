package gcp

import (
	"context"
	"net/http"
	"strings"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/state"
)

// ProjectMemberArgs are the arguments of gcp:projects/iAMMember:IAMMember.
type ProjectMemberArgs struct {
	Member  string `json:"member"`
	Project string `json:"project"`
	Role    string `json:"role"`
}

// ProjectMember grants a role on the whole project to one member.
type ProjectMember struct {
	ProjectMemberArgs
	Etag string `json:"etag"`
}

func (a ProjectMemberArgs) binding() state.Binding {
	return state.Binding{Resource: "projects/" + a.Project, Role: a.Role, Member: a.Member}
}

func (g *gcp) projectMember() cloud.Resource {
	return cloud.Kind[ProjectMemberArgs, ProjectMember]{
		Token:    "gcp:projects/iAMMember:IAMMember",
		Required: []string{"member", "project", "role"},
		Replace:  []string{"member", "project", "role"},
		Check: func(in ProjectMemberArgs) []cloud.Failure {
			var c checks
			c.binding(in.Role, in.Member)
			return c.failures
		},
		Create: func(_ context.Context, _ string, in ProjectMemberArgs) (string, ProjectMember, error) {
			b := in.binding()
			err := g.enabled(in.Project, resourceAPI)
			if err == nil && (b.Member == "allUsers" || b.Member == "allAuthenticatedUsers") {
				// https://cloud.google.com/resource-manager/reference/rest/v1/projects/setIamPolicy: a project has no such members.
				err = &apiError{http.StatusBadRequest, "Request contains an invalid argument.", "badRequest"}
			}
			if err == nil {
				err = g.grant(b, projectRoles)
			}
			return strings.TrimPrefix(memberID(b), "projects/"), ProjectMember{in, fingerprint(b)},
				doing("applying IAM policy for project "+in.Project, err)
		},
		Read: func(_ context.Context, id string) (ProjectMember, error) {
			project, _, _ := strings.Cut(id, "/")
			b := bindingOf("projects/"+project, "projects/"+id)
			if _, err := state.Get[state.Binding](g.env.Store, state.BindingID(b)); err != nil {
				return ProjectMember{}, err
			}
			return ProjectMember{ProjectMemberArgs{b.Member, project, b.Role}, fingerprint(b)}, nil
		},
		Delete: func(_ context.Context, _ string, old ProjectMember) error {
			return state.Delete[state.Binding](g.env.Store, state.BindingID(old.binding()))
		},
	}
}
