package gcp

import "strings"

// scopeAliases are the short names that the provider takes for OAuth scopes.
// https://cloud.google.com/sdk/gcloud/reference/alpha/compute/instances/set-scopes#--scopes
var scopeAliases = map[string]string{
	"cloud-platform":     "cloud-platform",
	"compute-ro":         "compute.readonly",
	"compute-rw":         "compute",
	"logging-write":      "logging.write",
	"monitoring":         "monitoring",
	"monitoring-read":    "monitoring.read",
	"monitoring-write":   "monitoring.write",
	"service-control":    "servicecontrol",
	"service-management": "service.management.readonly",
	"storage-full":       "devstorage.full_control",
	"storage-ro":         "devstorage.read_only",
	"storage-rw":         "devstorage.read_write",
	"trace":              "trace.append",
	"userinfo-email":     "userinfo.email",
}

const scopeRoot = "https://www.googleapis.com/auth/"

// scope returns the full name of a scope, or false if there is no such alias.
func scope(name string) (string, bool) {
	if strings.HasPrefix(name, scopeRoot) {
		return name, true
	}
	full, known := scopeAliases[name]
	return scopeRoot + full, known
}
