package gcp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/services/secretmanager"
	"crosscloud/infra/twin/state"
)

// SecretArgs are the arguments of gcp:secretmanager/secret:Secret.
type SecretArgs struct {
	Labels      map[string]string `json:"labels,omitempty"`
	Project     string            `json:"project,omitempty"`
	Replication *Replication      `json:"replication,omitempty"`
	SecretId    string            `json:"secretId"`
}

// Replication says where the content is kept. That Google chooses the regions, the twin does not have.
type Replication struct {
	UserManaged *ReplicationUserManaged `json:"userManaged,omitempty"`
}

// ReplicationUserManaged names the regions.
type ReplicationUserManaged struct {
	Replicas []Replica `json:"replicas"`
}

// Replica is one region.
type Replica struct {
	Location string `json:"location"`
}

// Secret is the name under which versions are kept: a state.Secret, as Pulumi sees it.
type Secret struct {
	SecretArgs
	EffectiveLabels map[string]string `json:"effectiveLabels"`
	PulumiLabels    map[string]string `json:"pulumiLabels"`
	CreateTime      string            `json:"createTime"`
	Name            string            `json:"name"`
}

var secretName = regexp.MustCompile(`^projects/[^/]+/secrets/[a-zA-Z0-9_-]{1,255}$`)

func (g *gcp) secret() cloud.Resource {
	return cloud.Kind[SecretArgs, Secret]{
		Token:    "gcp:secretmanager/secret:Secret",
		Required: []string{"replication", "secretId"},
		Replace:  []string{"project", "replication", "secretId"},
		Secret:   secretLabels,
		Stable:   []string{"createTime", "name"},
		Normalize: func(_ string, in SecretArgs) SecretArgs {
			in.Project = g.projectOr(in.Project)
			return in
		},
		Check: checkSecret,
		Create: func(_ context.Context, _ string, in SecretArgs) (string, Secret, error) {
			id := "projects/" + in.Project + "/secrets/" + in.SecretId
			made, err := g.createSecret(id, in)
			return id, secretOf(id, made), doing("creating Secret", err)
		},
		Read: func(_ context.Context, id string) (Secret, error) {
			s, err := find[state.Secret](g, id)
			return secretOf(id, s), err
		},
		Update: func(_ context.Context, id string, _ Secret, in SecretArgs) (out Secret, err error) {
			err = state.Update(g.env.Store, id, func(s state.Secret, err error) (state.Secret, error) {
				s.Labels = in.Labels
				out = secretOf(id, s)
				return s, err
			})
			return out, doing("updating Secret", err)
		},
		Delete: func(_ context.Context, id string, _ Secret) error { return g.deleteSecret(id) },
	}
}

func secretOf(id string, s state.Secret) Secret {
	var replicas []Replica
	for _, location := range s.Locations {
		replicas = append(replicas, Replica{location})
	}
	return Secret{
		SecretArgs: SecretArgs{
			Labels: s.Labels, Project: s.Project, SecretId: s.Name,
			Replication: &Replication{&ReplicationUserManaged{replicas}},
		},
		EffectiveLabels: s.Labels, PulumiLabels: s.Labels,
		CreateTime: s.Created.UTC().Format(time.RFC3339Nano), Name: id,
	}
}

func checkSecret(in SecretArgs) []cloud.Failure {
	var c checks
	if in.SecretId != "" && !secretmanager.IDForm.MatchString(in.SecretId) {
		c.refuse("secretId", &apiError{
			http.StatusBadRequest,
			fmt.Sprintf("The provided Secret ID [%s] does not match the expected format [[a-zA-Z0-9_-]{1,255}]", in.SecretId), "",
		})
	}
	c.labels("labels", in.Labels)
	if r := in.Replication; r != nil {
		if r.UserManaged == nil || len(r.UserManaged.Replicas) == 0 {
			c.add("replication.userManaged.replicas", "at least one replica is needed")
		} else {
			for i, replica := range r.UserManaged.Replicas {
				if _, known := zones[replica.Location]; replica.Location != "" && !known {
					c.add(fmt.Sprintf("replication.userManaged.replicas[%d].location", i), "Unknown region %q.", replica.Location)
				}
			}
		}
	}
	return c.failures
}

func (g *gcp) createSecret(id string, in SecretArgs) (state.Secret, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := g.enabled(in.Project, secretsAPI); err != nil {
		return state.Secret{}, err
	}
	made := state.Secret{Project: in.Project, Name: in.SecretId, Labels: in.Labels, Created: time.Now()}
	for _, replica := range in.Replication.UserManaged.Replicas {
		made.Locations = append(made.Locations, replica.Location)
	}
	err := create(g, id, made)
	var refused *apiError
	if errors.As(err, &refused) && refused.code == http.StatusConflict {
		err = &apiError{http.StatusConflict, fmt.Sprintf("Secret [%s] already exists.", id), ""}
	}
	return made, err
}

// deleteSecret deletes the versions and the grants, too, as Secret Manager does.
func (g *gcp) deleteSecret(id string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	versions, err := state.List[state.SecretVersion](g.env.Store)
	if err != nil {
		return err
	}
	for version := range versions {
		if !strings.HasPrefix(version, id+"/versions/") {
			continue
		}
		if err := state.Delete[state.SecretVersion](g.env.Store, version); err != nil {
			return err
		}
	}
	if err := g.revoke(func(b state.Binding) bool { return b.Resource == id }); err != nil {
		return err
	}
	return state.Delete[state.Secret](g.env.Store, id)
}

func (g *gcp) findSecret(id string) error {
	_, err := state.Get[state.Secret](g.env.Store, id)
	if errors.Is(err, state.ErrNotFound) {
		return &apiError{http.StatusNotFound, fmt.Sprintf("Secret [%s] not found.", id), ""}
	}
	return err
}

// secretRef makes an id of a secret's id or its bare name.
func secretRef(project, ref string) string {
	if strings.Contains(ref, "/") {
		return ref
	}
	return "projects/" + project + "/secrets/" + ref
}
