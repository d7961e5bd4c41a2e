package gcp

// BucketArgs are the arguments of gcp:storage/bucket:Bucket. The twin keeps one version of an object whatever versioning
// says, deletes nothing by lifecycle rules, and nothing softly.
type BucketArgs struct {
	ForceDestroy             *bool             `json:"forceDestroy,omitempty"`
	Labels                   map[string]string `json:"labels,omitempty"`
	LifecycleRules           []LifecycleRule   `json:"lifecycleRules,omitempty"`
	Location                 string            `json:"location"`
	Name                     string            `json:"name"`
	Project                  string            `json:"project,omitempty"`
	PublicAccessPrevention   string            `json:"publicAccessPrevention,omitempty"`
	SoftDeletePolicy         *SoftDeletePolicy `json:"softDeletePolicy,omitempty"`
	StorageClass             string            `json:"storageClass,omitempty"`
	UniformBucketLevelAccess *bool             `json:"uniformBucketLevelAccess,omitempty"`
	Versioning               *Versioning       `json:"versioning,omitempty"`
}

// LifecycleRule says what happens to which objects.
type LifecycleRule struct {
	Action    LifecycleAction    `json:"action"`
	Condition LifecycleCondition `json:"condition"`
}

// LifecycleAction is what happens.
type LifecycleAction struct {
	StorageClass string `json:"storageClass,omitempty"`
	Type         string `json:"type"`
}

// LifecycleCondition is when; ages are in days.
type LifecycleCondition struct {
	Age                     *int     `json:"age,omitempty"`
	DaysSinceNoncurrentTime *int     `json:"daysSinceNoncurrentTime,omitempty"`
	MatchesPrefixes         []string `json:"matchesPrefixes,omitempty"`
	MatchesSuffixes         []string `json:"matchesSuffixes,omitempty"`
	NoAge                   *bool    `json:"noAge,omitempty"`
	NumNewerVersions        *int     `json:"numNewerVersions,omitempty"`
	WithState               string   `json:"withState,omitempty"`
}

// SoftDeletePolicy is how long deleted objects can be brought back; 0 is never.
type SoftDeletePolicy struct {
	RetentionDurationSeconds *int `json:"retentionDurationSeconds,omitempty"`
}

// Versioning keeps what is overwritten.
type Versioning struct {
	Enabled bool `json:"enabled"`
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
	if a.Versioning == nil {
		a.Versioning = &Versioning{}
	}
	return a
}

func (a BucketArgs) outputs() Bucket {
	return Bucket{
		BucketArgs: a, EffectiveLabels: a.Labels, PulumiLabels: a.Labels, ProjectNumber: projectNumber(a.Project),
		SelfLink: "https://www.googleapis.com/storage/v1/b/" + a.Name, URL: "gs://" + a.Name,
	}
}
