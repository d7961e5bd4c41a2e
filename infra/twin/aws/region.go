package aws

// regions are the largest of AWS's, with their availability zones as of 2025: "AWS Regions and Availability Zones" in
// AWS's documentation.
var regions = map[string]string{
	"ap-northeast-1": "acd",
	"ap-southeast-2": "abc",
	"ca-central-1":   "abd",
	"eu-central-1":   "abc",
	"eu-north-1":     "abc",
	"eu-west-1":      "abc",
	"eu-west-2":      "abc",
	"us-east-1":      "abcdef",
	"us-east-2":      "abc",
	"us-west-1":      "ac",
	"us-west-2":      "abcd",
}

func zonesOf(region string) []string {
	var zones []string
	for _, letter := range regions[region] {
		zones = append(zones, region+string(letter))
	}
	return zones
}
