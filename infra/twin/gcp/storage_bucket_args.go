package gcp

import "crosscloud/infra/twin/state"

// BucketArgs are the arguments of gcp:storage/bucket:Bucket. The twin deletes nothing softly.
type BucketArgs struct {
	ForceDestroy             *bool             `json:"forceDestroy,omitempty"`
	Labels                   map[string]string `json:"labels,omitempty"`
	Location                 string            `json:"location"`
	Name                     string            `json:"name"`
	Project                  string            `json:"project,omitempty"`
	PublicAccessPrevention   string            `json:"publicAccessPrevention,omitempty"`
	SoftDeletePolicy         *SoftDeletePolicy `json:"softDeletePolicy,omitempty"`
	StorageClass             string            `json:"storageClass,omitempty"`
	UniformBucketLevelAccess *bool             `json:"uniformBucketLevelAccess,omitempty"`
}

// SoftDeletePolicy is how long deleted objects can be brought back; 0 is never.
type SoftDeletePolicy struct {
	RetentionDurationSeconds *int `json:"retentionDurationSeconds,omitempty"`
}

// Bucket is one that holds objects.
type Bucket struct {
	BucketArgs
	EffectiveLabels map[string]string `json:"effectiveLabels"`
	PulumiLabels    map[string]string `json:"pulumiLabels"`
	ProjectNumber   int               `json:"projectNumber"`
	SelfLink        string            `json:"selfLink"`
	URL             string            `json:"url"`
}

// chosen adds what Google chooses where the program does not.
// https://cloud.google.com/storage/docs/json_api/v1/buckets#resource
func (a BucketArgs) chosen() BucketArgs {
	const week = 7 * 24 * 60 * 60
	if a.PublicAccessPrevention == "" {
		a.PublicAccessPrevention = "inherited"
	}
	if a.SoftDeletePolicy == nil || a.SoftDeletePolicy.RetentionDurationSeconds == nil {
		seconds := week
		a.SoftDeletePolicy = &SoftDeletePolicy{&seconds}
	}
	if a.UniformBucketLevelAccess == nil {
		a.UniformBucketLevelAccess = new(bool)
	}
	return a
}

func (a BucketArgs) outputs() Bucket {
	return Bucket{
		BucketArgs: a, EffectiveLabels: a.Labels, PulumiLabels: a.Labels, ProjectNumber: state.ProjectNumber(a.Project),
		SelfLink: "https://www.googleapis.com/storage/v1/b/" + a.Name, URL: "gs://" + a.Name,
	}
}
