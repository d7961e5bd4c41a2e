// Package tags makes the tags of AWS resources.
package tags

import (
	"maps"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Named are the common tags and Name, by which AWS's console shows a resource.
func Named(common map[string]string, name string) pulumi.StringMap {
	all := maps.Clone(common)
	if all == nil {
		all = map[string]string{}
	}
	all["Name"] = name
	return pulumi.ToStringMap(all)
}
