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
	"crosscloud/infra/twin/state"
)

// SecretArgs are the arguments of gcp:secretmanager/secret:Secret.
type SecretArgs struct {
	Labels      map[string]string `json:"labels,omitempty"`
	Project     string            `json:"project,omitempty"`
	Replication *Replication      `json:"replication,omitempty"`
	SecretId    string            `json:"secretId"`
}

// Replication says where the content is kept: where Google likes, or in the regions named.
type Replication struct {
	Auto        *ReplicationAuto        `json:"auto,omitempty"`
	UserManaged *ReplicationUserManaged `json:"userManaged,omitempty"`
}

// ReplicationAuto has no settings that the twin knows.
type ReplicationAuto struct{}

// ReplicationUserManaged names the regions.
type ReplicationUserManaged struct {
	Replicas []Replica `json:"replicas"`
}

// Replica is one region.
type Replica struct {
	Location string `json:"location"`
}

// Secret is the name under which versions are kept.
type Secret struct {
	SecretArgs
	EffectiveLabels map[string]string `json:"effectiveLabels"`
	PulumiLabels    map[string]string `json:"pulumiLabels"`
	CreateTime      string            `json:"createTime"`
	Name            string            `json:"name"`
}

var (
	secretID   = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,255}$`)
	secretName = regexp.MustCompile(`^projects/[^/]+/secrets/[a-zA-Z0-9_-]{1,255}$`)
)

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
			created := time.Now()
			out := in.outputs(Secret{CreateTime: created.UTC().Format(time.RFC3339Nano), Name: id})
			return id, out, doing("creating Secret", g.createSecret(id, out, created))
		},
		Read: func(_ context.Context, id string) (Secret, error) { return find[Secret](g, id) },
		Update: func(_ context.Context, id string, old Secret, in SecretArgs) (Secret, error) {
			out := in.outputs(old)
			err := state.Update(g.env.Store, id, func(s state.Secret, err error) (state.Secret, error) {
				s.Labels = in.Labels
				return s, err
			})
			if err != nil {
				return Secret{}, doing("updating Secret", err)
			}
			return out, state.Put(g.env.Store, id, out)
		},
		Delete: func(_ context.Context, id string, _ Secret) error { return g.deleteSecret(id) },
	}
}

func (a SecretArgs) outputs(old Secret) Secret {
	old.SecretArgs, old.EffectiveLabels, old.PulumiLabels = a, a.Labels, a.Labels
	return old
}

func checkSecret(in SecretArgs) []cloud.Failure {
	var c checks
	if in.SecretId != "" && !secretID.MatchString(in.SecretId) {
		c.refuse("secretId", &apiError{
			http.StatusBadRequest,
			fmt.Sprintf("The provided Secret ID [%s] does not match the expected format [[a-zA-Z0-9_-]{1,255}]", in.SecretId), "",
		})
	}
	c.labels("labels", in.Labels)
	if r := in.Replication; r != nil {
		if (r.Auto == nil) == (r.UserManaged == nil) {
			c.add("replication", `"replication": exactly one of auto and userManaged must be specified`)
		}
		if r.UserManaged != nil {
			if len(r.UserManaged.Replicas) == 0 {
				c.add("replication.userManaged.replicas", "at least one replica is needed")
			}
			for i, replica := range r.UserManaged.Replicas {
				if _, known := zones[replica.Location]; replica.Location != "" && !known {
					c.add(fmt.Sprintf("replication.userManaged.replicas[%d].location", i), "Unknown region %q.", replica.Location)
				}
			}
		}
	}
	return c.failures
}

func (g *gcp) createSecret(id string, out Secret, created time.Time) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := g.enabled(out.Project, secretsAPI); err != nil {
		return err
	}
	err := create(g, id, out)
	var refused *apiError
	if errors.As(err, &refused) && refused.code == http.StatusConflict {
		return &apiError{http.StatusConflict, fmt.Sprintf("Secret [%s] already exists.", id), ""}
	}
	if err != nil {
		return err
	}
	return state.Put(g.env.Store, id, state.Secret{Project: out.Project, Name: out.SecretId, Labels: out.Labels, Created: created})
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
	if err := state.Delete[state.Secret](g.env.Store, id); err != nil {
		return err
	}
	return state.Delete[Secret](g.env.Store, id)
}

func (g *gcp) findSecret(id string) error {
	_, err := state.Get[state.Secret](g.env.Store, id)
	if errors.Is(err, state.ErrNotFound) {
		return &apiError{http.StatusNotFound, fmt.Sprintf("Secret [%s] not found.", id), ""}
	}
	return err
}

// secretOf makes an id of a secret's id or its bare name.
func secretOf(project, ref string) string {
	if strings.Contains(ref, "/") {
		return ref
	}
	return "projects/" + project + "/secrets/" + ref
}
