package gcp

import (
	"regexp"
	"slices"
	"strings"

	"crosscloud/infra/twin/cloud"
)

// multiRegions are the locations of more than one region: continents, and the pairs that have a name.
// https://cloud.google.com/storage/docs/locations
var multiRegions = []string{"ASIA", "EU", "US", "ASIA1", "EUR4", "EUR5", "EUR7", "EUR8", "NAM4"}

// storageClasses are those of https://cloud.google.com/storage/docs/storage-classes, the legacy ones last.
var storageClasses = []string{"STANDARD", "NEARLINE", "COLDLINE", "ARCHIVE", "MULTI_REGIONAL", "REGIONAL"}

// bucketLabelKey is the provider's rule, which is wider than Google's.
var bucketLabelKey = regexp.MustCompile(`^[a-z0-9_-]{1,63}$`)

func checkBucket(in BucketArgs) []cloud.Failure {
	var c checks
	if reason := bucketNameProblem(in.Name); in.Name != "" && reason != "" {
		c.add("name", "%q %s", in.Name, reason)
	}
	region := strings.ToLower(in.Location)
	if _, known := zones[region]; in.Location != "" && !known && !slices.Contains(multiRegions, in.Location) {
		c.refuse("location", invalid("The specified location constraint is not valid."))
	}
	if !slices.Contains(storageClasses, in.StorageClass) {
		c.refuse("storageClass", invalid("Invalid argument."))
	}
	switch in.PublicAccessPrevention {
	case "", "inherited", "enforced":
	default:
		c.refuse("publicAccessPrevention", invalid("Invalid argument."))
	}
	// https://cloud.google.com/storage/docs/soft-delete#retention-duration: none, or 7 to 90 days.
	const day = 24 * 60 * 60
	if p := in.SoftDeletePolicy; p != nil && p.RetentionDurationSeconds != nil {
		if seconds := *p.RetentionDurationSeconds; seconds != 0 && (seconds < 7*day || seconds > 90*day) {
			c.refuse("softDeletePolicy.retentionDurationSeconds", invalid("Soft delete policy retention duration must be 0 or between %d and %d seconds.", 7*day, 90*day))
		}
	}
	labels := map[string]string{}
	for key, value := range in.Labels {
		if !bucketLabelKey.MatchString(key) {
			c.add("labels", "%q is an invalid label key. See https://cloud.google.com/storage/docs/tags-and-labels#bucket-labels", key)
			continue
		}
		labels[key] = value
	}
	c.labels("labels", labels)
	return c.failures
}
