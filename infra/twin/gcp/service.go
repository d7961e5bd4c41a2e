package gcp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

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

// services are the APIs that a project of the twin can enable, from the names of their hosts to what refusals call them.
var services = map[string]string{
	"cloudresourcemanager.googleapis.com": "Cloud Resource Manager API",
	"compute.googleapis.com":              "Compute Engine API",
	"dns.googleapis.com":                  "Cloud DNS API",
	"iam.googleapis.com":                  "Identity and Access Management (IAM) API",
	"iamcredentials.googleapis.com":       "IAM Service Account Credentials API",
	"iap.googleapis.com":                  "Cloud Identity-Aware Proxy API",
	"logging.googleapis.com":              "Cloud Logging API",
	"monitoring.googleapis.com":           "Cloud Monitoring API",
	"osconfig.googleapis.com":             "VM Manager (OS Config API)",
	"oslogin.googleapis.com":              "Cloud OS Login API",
	"secretmanager.googleapis.com":        "Secret Manager API",
	"serviceusage.googleapis.com":         "Service Usage API",
	"storage.googleapis.com":              "Cloud Storage API",
}

// preEnabled are those that a new project has enabled.
// https://cloud.google.com/service-usage/docs/enabled-service#default
var preEnabled = []string{
	"logging.googleapis.com", "monitoring.googleapis.com", "serviceusage.googleapis.com", "storage.googleapis.com",
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
		Create: func(_ context.Context, _ string, in ServiceArgs) (string, Service, error) {
			if _, known := services[in.Service]; !known {
				return "", Service{}, doing("when reading or editing Project Service", &apiError{
					http.StatusForbidden, fmt.Sprintf("Not found or permission denied for service(s): %s.", in.Service), "forbidden",
				})
			}
			// Enabling what is enabled is no error: others in the project may have done it.
			id := in.Project + "/" + in.Service
			return id, Service{in}, state.Put(g.env.Store, id, Service{in})
		},
		Read: func(_ context.Context, id string) (Service, error) { return state.Get[Service](g.env.Store, id) },
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

// enabled is an error unless the project can use the API.
func (g *gcp) enabled(project, service string) error {
	if slices.Contains(preEnabled, service) {
		return nil
	}
	_, err := state.Get[Service](g.env.Store, project+"/"+service)
	if !errors.Is(err, state.ErrNotFound) {
		return err
	}
	return &apiError{
		http.StatusForbidden,
		fmt.Sprintf("%s has not been used in project %s before or it is disabled. Enable it by visiting "+
			"https://console.developers.google.com/apis/api/%s/overview?project=%s then retry. If you enabled this API recently, "+
			"wait a few minutes for the action to propagate to our systems and retry.",
			services[service], project, service, project),
		"accessNotConfigured (SERVICE_DISABLED)",
	}
}

const (
	computeAPI  = "compute.googleapis.com"
	iamAPI      = "iam.googleapis.com"
	secretsAPI  = "secretmanager.googleapis.com"
	resourceAPI = "cloudresourcemanager.googleapis.com"
	storageAPI  = "storage.googleapis.com"
)

func (g *gcp) projectOr(project string) string {
	if project != "" {
		return project
	}
	return g.project
}
