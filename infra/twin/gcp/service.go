package gcp

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/state"
)

// ServiceArgs are the arguments of gcp:projects/service:Service.
type ServiceArgs struct {
	DisableOnDestroy *bool  `json:"disableOnDestroy,omitempty"`
	Project          string `json:"project,omitempty"`
	Service          string `json:"service"`
}

// Service is an API that is enabled in the project.
type Service struct{ ServiceArgs }

const (
	computeAPI  = "compute.googleapis.com"
	iamAPI      = "iam.googleapis.com"
	secretsAPI  = "secretmanager.googleapis.com"
	resourceAPI = "cloudresourcemanager.googleapis.com"
	storageAPI  = "storage.googleapis.com"
)

// apis are those that the twin's kinds belong to, with what refusals call them.
var apis = map[string]string{
	computeAPI:  "Compute Engine API",
	iamAPI:      "Identity and Access Management (IAM) API",
	secretsAPI:  "Secret Manager API",
	resourceAPI: "Cloud Resource Manager API",
	storageAPI:  "Cloud Storage API",
}

func (g *gcp) service() cloud.Resource {
	return cloud.Kind[ServiceArgs, Service]{
		Token:    "gcp:projects/service:Service",
		Required: []string{"service"},
		Replace:  []string{"project", "service"},
		Normalize: func(_ string, in ServiceArgs) ServiceArgs {
			in.Project = g.projectOr(in.Project)
			if in.DisableOnDestroy == nil {
				yes := true
				in.DisableOnDestroy = &yes
			}
			return in
		},
		Check: func(in ServiceArgs) []cloud.Failure {
			var c checks
			if _, known := apis[in.Service]; in.Service != "" && !strings.Contains(in.Service, ".") {
				c.add("service", "expected %s to be a domain like serviceusage.googleapis.com", in.Service)
			} else if in.Service != "" && !known {
				c.add("service", "the twin knows the APIs %s, not %s", strings.Join(slices.Sorted(maps.Keys(apis)), ", "), in.Service)
			}
			return c.failures
		},
		Create: func(_ context.Context, _ string, in ServiceArgs) (string, Service, error) {
			id := in.Project + "/" + in.Service
			// Enabling what is enabled is no error: others in the project may have done it.
			err := g.enabled(in.Project, in.Service)
			var disabled *apiError
			if errors.As(err, &disabled) {
				err = g.readProject(in.Project, id)
			}
			if err != nil {
				return "", Service{}, err
			}
			return id, Service{in}, state.Put(g.env.Store, id, Service{in})
		},
		Read: func(_ context.Context, id string) (Service, error) {
			project, _, _ := strings.Cut(id, "/")
			if err := g.readProject(project, id); err != nil {
				return Service{}, err
			}
			return state.Get[Service](g.env.Store, id)
		},
		Update: func(_ context.Context, id string, _ Service, in ServiceArgs) (Service, error) {
			return Service{in}, state.Put(g.env.Store, id, Service{in})
		},
		Delete: func(_ context.Context, id string, old Service) error {
			if old.DisableOnDestroy != nil && !*old.DisableOnDestroy {
				return nil
			}
			return state.Delete[Service](g.env.Store, id)
		},
	}
}

// readProject is what the provider does first when it reads whether an API is enabled, also when it has just enabled it:
// it asks the Cloud Resource Manager for the project, so that this API can't be enabled that way itself.
func (g *gcp) readProject(project, id string) error {
	return doing("when reading or editing Project Service "+id, g.enabled(project, resourceAPI))
}

// enabled is an error unless the project can use the API. Storage is one that every new project has enabled:
// https://cloud.google.com/service-usage/docs/enabled-service#default. In the twin's own project the operator has enabled
// what README asks for.
func (g *gcp) enabled(project, api string) error {
	if api == storageAPI || api == resourceAPI && project == g.env.Project {
		return nil
	}
	_, err := state.Get[Service](g.env.Store, project+"/"+api)
	if !errors.Is(err, state.ErrNotFound) {
		return err
	}
	return &apiError{
		http.StatusForbidden,
		fmt.Sprintf("%s has not been used in project %s before or it is disabled. Enable it by visiting "+
			"https://console.developers.google.com/apis/api/%s/overview?project=%s then retry. If you enabled this API recently, "+
			"wait a few minutes for the action to propagate to our systems and retry.",
			apis[api], project, api, project),
		"accessNotConfigured",
	}
}

func (g *gcp) projectOr(project string) string {
	if project != "" {
		return project
	}
	return g.project
}
