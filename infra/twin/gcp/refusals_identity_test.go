package gcp

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestIdentitiesAndSecretsThatGoogleRefuses(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.needs()
	secret := p.MustUp(secretToken, "secret", object{"secretId": "key", "replication": replicas}).ID
	read := func(changes object) object {
		return with(object{"secretId": secret, "role": "roles/secretmanager.secretAccessor", "member": "serviceAccount:" + email}, changes)
	}
	const (
		accounts   = "https://cloud.google.com/iam/docs/service-accounts-create"
		principals = "https://cloud.google.com/iam/docs/principal-identifiers"
		roles      = "https://cloud.google.com/iam/docs/roles-permissions"
		secrets    = "https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets/create"
		versions   = "https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets/addVersion"

		roleSeen = "https://github.com/hashicorp/terraform-provider-google/issues/5107"
		goneSeen = "https://github.com/GoogleCloudPlatform/genai-for-marketing/issues/139"
	)
	p.refuse(t, []refusal{
		{
			name: "account id of five characters", token: accountToken, args: object{"accountId": "short"},
			want: `"accountId" ("short") doesn't match regexp "^[a-z](?:[-a-z0-9]{4,28}[a-z0-9])$"`, source: accounts,
		},
		{
			name: "account id of 31 characters", token: accountToken, args: object{"accountId": strings.Repeat("a", 31)},
			want: "doesn't match regexp", source: accounts,
		},
		{
			name: "account id that begins with a digit", token: accountToken, args: object{"accountId": "1st-host"},
			want: `"accountId" ("1st-host") doesn't match regexp`, source: accounts,
		},
		{
			name: "account id taken", token: accountToken, args: object{"accountId": "db-host"},
			code: 409, reason: "alreadyExists", want: "Service account db-host already exists within project projects/my-project-123.",
			source: "https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts/create",
			seen:   "https://github.com/GoogleCloudPlatform/marketing-analytics-jumpstart/issues/200",
		},
		{
			name: "account with a long name", token: accountToken, args: object{"accountId": "other-host", "displayName": strings.Repeat("x", 101)},
			want: "to be in the range (0 - 100)", source: "https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts",
		},

		{
			name: "member without its kind", token: readerToken, args: read(object{"member": email}),
			want: "invalid value for member (IAM members must have one of the values outlined here", source: principals,
		},
		{
			name: "member of no kind", token: readerToken, args: read(object{"member": "account:" + email}),
			want: "invalid value for member", source: principals,
		},
		{
			name: "role typo on a secret", token: readerToken, args: read(object{"role": "roles/secretmanager.secretAccesor"}),
			code: 400, reason: "badRequest", want: "Role roles/secretmanager.secretAccesor is not supported for this resource.", source: roles, seen: roleSeen,
		},
		{
			name: "role of another service on a secret", token: readerToken, args: read(object{"role": "roles/compute.viewer"}),
			code: 400, reason: "badRequest", want: "Role roles/compute.viewer is not supported for this resource.",
			source: "https://cloud.google.com/secret-manager/docs/access-control", seen: roleSeen,
		},
		{
			name: "grant to an account that is not there", token: readerToken,
			args: read(object{"member": "serviceAccount:nobody@my-project-123.iam.gserviceaccount.com"}),
			code: 400, reason: "badRequest", want: "Service account nobody@my-project-123.iam.gserviceaccount.com does not exist.", source: principals, seen: goneSeen,
		},
		{
			name: "grant on a secret that is not there", token: readerToken, args: read(object{"secretId": "none"}),
			code: 404, want: "Secret [projects/my-project-123/secrets/none] not found",
			source: "https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets/setIamPolicy",
		},

		{
			name: "secret id with a space", token: secretToken, args: object{"secretId": "a key", "replication": replicas},
			code: 400, want: "The provided Secret ID [a key] does not match the expected format", source: secrets,
			seen: "https://github.com/GoogleCloudPlatform/professional-services-data-validator/pull/1332",
		},
		{
			name: "secret id with dots", token: secretToken, args: object{"secretId": "db.key", "replication": replicas},
			code: 400, want: "The provided Secret ID [db.key] does not match the expected format", source: secrets,
			seen: "https://github.com/GoogleCloudPlatform/professional-services-data-validator/pull/1332",
		},
		{
			name: "secret id of 256 characters", token: secretToken,
			args: object{"secretId": strings.Repeat("k", 256), "replication": replicas},
			code: 400, want: "does not match the expected format", source: secrets,
		},
		{
			name: "secret id taken", token: secretToken, args: object{"secretId": "key", "replication": replicas},
			code: 409, want: "Secret [" + secret + "] already exists.", source: secrets,
			seen: "https://github.com/terraform-google-modules/terraform-example-foundation/issues/1187",
		},
		{
			name: "payload over 64 KiB", token: versionToken, args: object{"secret": secret, "secretData": strings.Repeat("x", 65537)},
			code: 400, want: "The secret payload is 65537 bytes, at most 65536 are allowed.", source: "https://cloud.google.com/secret-manager/quotas",
		},
		{
			name: "empty payload", token: versionToken, args: object{"secret": secret, "secretData": ""},
			code: 400, want: "Field [payload] is required.", source: versions,
			seen: "https://github.com/hashicorp/terraform-provider-google/issues/10475",
		},
		{
			name: "version of a secret that is not there", token: versionToken, args: object{"secret": secret + "2", "secretData": "x"},
			code: 404, want: "Secret [" + secret + "2] not found.", source: versions,
		},
		{
			name: "API by its short name", token: serviceToken, args: object{"service": "compute"},
			want: "expected compute to be a domain like serviceusage.googleapis.com", source: terraform + "google_project_service",
		},
	})
}

func TestNothingWorksBeforeItsAPIIsEnabled(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	const resourceSeen = "https://github.com/GoogleCloudPlatform/k8s-config-connector/issues/135"
	off := func(name, token string, args object, api string) refusal {
		return refusal{
			name: name, token: token, args: args, code: 403, reason: "accessNotConfigured",
			want:   api + " has not been used in project my-project-123 before or it is disabled. Enable it by visiting",
			source: "https://cloud.google.com/service-usage/docs/enable-disable",
			seen:   "https://github.com/midl-dev/tezos-on-gke/issues/34",
		}
	}
	p.refuse(t, []refusal{
		off("network", networkToken, object{"name": "n", "autoCreateSubnetworks": false}, "Compute Engine API"),
		off("address", addressToken, object{"name": "a"}, "Compute Engine API"),
		off("disk", diskToken, object{"name": "d", "size": 10}, "Compute Engine API"),
		off("account", accountToken, object{"accountId": "db-host"}, "Identity and Access Management (IAM) API"),
		off("secret", secretToken, object{"secretId": "s", "replication": replicas}, "Secret Manager API"),
		{
			name: "API", token: serviceToken, args: object{"service": "compute.googleapis.com"}, code: 403, reason: "accessNotConfigured",
			want:   "Cloud Resource Manager API has not been used in project my-project-123 before or it is disabled.",
			source: terraform + "google_project_service", seen: resourceSeen,
		},
		{
			name: "the API that is needed to enable any", token: serviceToken, args: object{"service": "cloudresourcemanager.googleapis.com"},
			code: 403, reason: "accessNotConfigured", want: "Cloud Resource Manager API has not been used",
			source: terraform + "google_project_service", seen: resourceSeen,
		},
	})
	_, err := p.Call("gcp:compute/getImage:getImage", object{"family": "debian-13", "project": "debian-cloud"})
	require.ErrorContains(t, err, "Compute Engine API has not been used")

	p.MustUp(serviceToken, "storage", object{"service": "storage.googleapis.com", "disableOnDestroy": false}) // enabled all along
	p.operatorEnables("my-project-123")
	api := p.MustUp(serviceToken, "compute", object{"service": "compute.googleapis.com"})
	require.Equal(t, "my-project-123/compute.googleapis.com", api.ID)
	p.MustUp(networkToken, "n", object{"name": "n", "autoCreateSubnetworks": false})
	require.NoError(t, p.Destroy("n"))

	p.MustUp(serviceToken, "compute", object{"service": "compute.googleapis.com", "disableOnDestroy": false})
	require.NoError(t, p.Destroy("compute"))
	p.MustUp(networkToken, "n", object{"name": "n", "autoCreateSubnetworks": false})

	p.MustUp(serviceToken, "compute", object{"service": "compute.googleapis.com"})
	require.NoError(t, p.Destroy("compute"))
	_, err = p.Up(networkToken, "m", object{"name": "m", "autoCreateSubnetworks": false})
	require.ErrorContains(t, err, "accessNotConfigured", "by default an API is disabled with its resource")
}

func TestAnAPIWhoseRecordIsBrokenIsNotEnabledAnew(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.operatorEnables("my-project-123")
	p.MustUp(serviceToken, "compute", object{"service": "compute.googleapis.com"})
	records, err := filepath.Glob(filepath.Join(p.store.Dir(), "gcp.Service", "*compute*"))
	require.NoError(t, err)
	require.Len(t, records, 1)
	require.NoError(t, os.WriteFile(records[0], []byte("{"), 0o600))
	_, err = p.Up(serviceToken, "again", object{"service": "compute.googleapis.com"})
	require.ErrorContains(t, err, "unexpected end of JSON input")
}
