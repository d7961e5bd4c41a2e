package aws

import (
	"context"
	"fmt"
	"slices"

	"crosscloud/infra/twin/cloud"
)

// regions are the largest of AWS's, with their availability zones as of 2025: "AWS Regions and Availability Zones" in
// AWS's documentation.
var regions = map[string]struct{ name, zones string }{
	"ap-northeast-1": {"Asia Pacific (Tokyo)", "acd"},
	"ap-southeast-2": {"Asia Pacific (Sydney)", "abc"},
	"ca-central-1":   {"Canada (Central)", "abd"},
	"eu-central-1":   {"Europe (Frankfurt)", "abc"},
	"eu-north-1":     {"Europe (Stockholm)", "abc"},
	"eu-west-1":      {"Europe (Ireland)", "abc"},
	"eu-west-2":      {"Europe (London)", "abc"},
	"us-east-1":      {"US East (N. Virginia)", "abcdef"},
	"us-east-2":      {"US East (Ohio)", "abc"},
	"us-west-1":      {"US West (N. California)", "ac"},
	"us-west-2":      {"US West (Oregon)", "abcd"},
}

func zonesOf(region string) []string {
	var zones []string
	for _, letter := range regions[region].zones {
		zones = append(zones, region+string(letter))
	}
	return zones
}

type getRegionArgs struct {
	Name     string `json:"name,omitempty"`
	Endpoint string `json:"endpoint,omitempty"`
}

type getRegionResult struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Endpoint    string `json:"endpoint"`
	Description string `json:"description"`
}

func (a *account) getRegion() cloud.Invoke {
	return cloud.Function[getRegionArgs, getRegionResult]{
		Token: "aws:index/getRegion:getRegion",
		Call: func(_ context.Context, in getRegionArgs) (getRegionResult, error) {
			name := in.Name
			if name == "" {
				name = a.env.Region
			}
			region, ok := regions[name]
			if !ok {
				return getRegionResult{}, fmt.Errorf("finding Region using the specified name (%s): no region matched", name)
			}
			return getRegionResult{ID: name, Name: name, Endpoint: "ec2." + name + ".amazonaws.com", Description: region.name}, nil
		},
	}
}

type getAvailabilityZonesArgs struct {
	State        string   `json:"state,omitempty"`
	ExcludeNames []string `json:"excludeNames,omitempty"`
}

type getAvailabilityZonesResult struct {
	getAvailabilityZonesArgs
	ID    string   `json:"id"`
	Names []string `json:"names"`
}

func (a *account) getAvailabilityZones() cloud.Invoke {
	return cloud.Function[getAvailabilityZonesArgs, getAvailabilityZonesResult]{
		Token: "aws:index/getAvailabilityZones:getAvailabilityZones",
		Call: func(_ context.Context, in getAvailabilityZonesArgs) (getAvailabilityZonesResult, error) {
			out := getAvailabilityZonesResult{getAvailabilityZonesArgs: in, ID: a.env.Region, Names: []string{}}
			if in.State == "" || in.State == "available" { // all of the twin's are
				out.Names = slices.DeleteFunc(zonesOf(a.env.Region), func(zone string) bool {
					return slices.Contains(in.ExcludeNames, zone)
				})
			}
			return out, nil
		},
	}
}
