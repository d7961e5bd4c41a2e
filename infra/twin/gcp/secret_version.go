package gcp

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/state"
)

// SecretVersionArgs are the arguments of gcp:secretmanager/secretVersion:SecretVersion.
type SecretVersionArgs struct {
	Enabled    *bool  `json:"enabled,omitempty"`
	Secret     string `json:"secret"`
	SecretData string `json:"secretData"`
}

// SecretVersion is one content of a secret. Google's names have the project's number where the twin's have its id.
type SecretVersion struct {
	SecretVersionArgs
	CreateTime  string `json:"createTime"`
	DestroyTime string `json:"destroyTime"`
	Name        string `json:"name"`
	Version     string `json:"version"`
}

// maxSecretData is the limit of https://cloud.google.com/secret-manager/quotas#content_limits.
const maxSecretData = 64 << 10

func (g *gcp) secretVersion() cloud.Resource {
	return cloud.Kind[SecretVersionArgs, SecretVersion]{
		Token:    "gcp:secretmanager/secretVersion:SecretVersion",
		Required: []string{"secret", "secretData"},
		Replace:  []string{"secret", "secretData"},
		Secret:   []string{"secretData"},
		Stable:   []string{"createTime", "destroyTime", "name", "version"},
		Normalize: func(_ string, in SecretVersionArgs) SecretVersionArgs {
			if in.Enabled == nil {
				yes := true
				in.Enabled = &yes
			}
			return in
		},
		Check: func(in SecretVersionArgs) []cloud.Failure {
			var c checks
			if in.Secret != "" && !secretName.MatchString(in.Secret) {
				c.add("secret", "%q doesn't match the form projects/PROJECT/secrets/SECRET", in.Secret)
			}
			if len(in.SecretData) > maxSecretData {
				c.refuse("secretData", &apiError{
					http.StatusBadRequest, fmt.Sprintf("The secret payload is %d bytes, at most %d are allowed.", len(in.SecretData), maxSecretData), "",
				})
			}
			return c.failures
		},
		Create: func(_ context.Context, _ string, in SecretVersionArgs) (string, SecretVersion, error) {
			out, err := g.addVersion(in)
			return out.Name, out, doing("creating SecretVersion", err)
		},
		Read: g.readVersion,
		Update: func(_ context.Context, id string, old SecretVersion, in SecretVersionArgs) (SecretVersion, error) {
			old.SecretVersionArgs = in
			return old, doing("updating SecretVersion", g.changeVersion(id, func(v *state.SecretVersion) { v.State = in.state() }))
		},
		// A version is destroyed, not removed: its number is never given again.
		Delete: func(_ context.Context, id string, _ SecretVersion) error {
			return g.changeVersion(id, func(v *state.SecretVersion) { v.State, v.Data = state.VersionDestroyed, nil })
		},
	}
}

func (a SecretVersionArgs) state() string {
	if a.Enabled != nil && !*a.Enabled {
		return state.VersionDisabled
	}
	return state.VersionEnabled
}

func (g *gcp) addVersion(in SecretVersionArgs) (SecretVersion, error) {
	if in.SecretData == "" {
		return SecretVersion{}, &apiError{http.StatusBadRequest, "Field [payload] is required.", ""}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := g.findSecret(in.Secret); err != nil {
		return SecretVersion{}, err
	}
	versions, err := state.List[state.SecretVersion](g.env.Store)
	if err != nil {
		return SecretVersion{}, err
	}
	number := 1
	for _, v := range versions {
		if v.Secret == in.Secret {
			number = max(number, v.Number+1)
		}
	}
	created := time.Now()
	out := SecretVersion{
		SecretVersionArgs: in, CreateTime: created.UTC().Format(time.RFC3339Nano), Version: strconv.Itoa(number),
		Name: in.Secret + "/versions/" + strconv.Itoa(number),
	}
	return out, state.Put(g.env.Store, out.Name, state.SecretVersion{
		Secret: in.Secret, Number: number, Data: []byte(in.SecretData), State: in.state(), Created: created,
	})
}

func (g *gcp) readVersion(_ context.Context, id string) (SecretVersion, error) {
	v, err := find[state.SecretVersion](g, id)
	if err != nil {
		return SecretVersion{}, err
	}
	if v.State == state.VersionDestroyed {
		return SecretVersion{}, notFound(id)
	}
	enabled := v.State != state.VersionDisabled
	return SecretVersion{
		SecretVersionArgs: SecretVersionArgs{Enabled: &enabled, Secret: v.Secret, SecretData: string(v.Data)},
		CreateTime:        v.Created.UTC().Format(time.RFC3339Nano),
		Name:              id,
		Version:           strconv.Itoa(v.Number),
	}, nil
}

func (g *gcp) changeVersion(id string, change func(*state.SecretVersion)) error {
	if !strings.Contains(id, "/versions/") {
		return notFound(id)
	}
	return state.Update(g.env.Store, id, func(v state.SecretVersion, err error) (state.SecretVersion, error) {
		if err == nil {
			change(&v)
		}
		return v, err
	})
}
