package gcp

import "testing"

func TestDisksThatGoogleRefuses(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.needs()
	const diskSizes = "https://cloud.google.com/compute/docs/disks/persistent-disks"
	p.refuse(t, []refusal{
		{
			name: "disk name with a dot", token: diskToken, args: object{"name": "d.1", "size": 10},
			code: 400, reason: "invalid", want: "Invalid value for field 'resource.name': 'd.1'. Must be a match of regex",
			source: "https://cloud.google.com/compute/docs/naming-resources", seen: "https://github.com/DefangLabs/defang/issues/1665",
		},
		{
			name: "disk name taken", token: diskToken, args: object{"name": "db-data", "size": 10},
			code: 409, reason: "alreadyExists", want: "The resource 'projects/my-project-123/zones/us-east4-a/disks/db-data' already exists",
			source: "https://cloud.google.com/compute/docs/reference/rest/v1/disks/insert",
			seen:   "https://github.com/kubernetes/kubernetes/issues/22244",
		},
		{
			name: "disk too small", token: diskToken, args: object{"name": "d", "size": 5},
			code: 400, reason: "invalid", want: "Invalid value for field 'resource.sizeGb': '5'. A pd-standard disk has 10 GB to 65536 GB.", source: diskSizes,
		},
		{
			name: "disk too large", token: diskToken, args: object{"name": "d", "size": 70000},
			code: 400, reason: "invalid", want: "Invalid value for field 'resource.sizeGb': '70000'. A pd-standard disk has 10 GB to 65536 GB.", source: diskSizes,
		},
		{
			name: "disk in no zone", token: diskToken, args: object{"name": "d", "zone": "us-east4-z"},
			code: 400, reason: "invalid", want: "Invalid value for field 'zone': 'us-east4-z'. Unknown zone.",
			source: "https://cloud.google.com/compute/docs/regions-zones", seen: "https://github.com/nanovms/ops/issues/1100",
		},
	})
}
