package aws

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// families are the general-purpose, compute and memory families that EC2 sells today and that boot from EBS, with their
// processors' architecture, as far as the twin knows them.
var families = map[string]string{
	"t2": amd64, "t3": amd64, "t3a": amd64, "t4g": arm64,
	"m5": amd64, "m5a": amd64, "m6i": amd64, "m6a": amd64, "m6g": arm64, "m7i": amd64, "m7a": amd64, "m7g": arm64,
	"c5": amd64, "c5a": amd64, "c6i": amd64, "c6a": amd64, "c6g": arm64, "c7i": amd64, "c7a": amd64, "c7g": arm64,
	"r5": amd64, "r5a": amd64, "r6i": amd64, "r6a": amd64, "r6g": arm64, "r7i": amd64, "r7a": amd64, "r7g": arm64,
}

const (
	amd64 = "x86_64"
	arm64 = "arm64"
)

// The burstable families have these sizes and no others; of the others the twin knows the smaller ones.
var (
	burstableSizes = []string{"nano", "micro", "small", "medium", "large", "xlarge", "2xlarge"}
	otherSizes     = []string{"large", "xlarge", "2xlarge", "4xlarge"}
)

// oldZone is a zone that sells no machine of a newer generation.
const (
	oldZone   = "us-east-1e"
	oldFamily = "t2"
)

// instanceType splits a type into its family and its size.
func instanceType(name string) (family, size string, burstable bool) {
	family, size, _ = strings.Cut(name, ".")
	return family, size, strings.HasPrefix(family, "t") && families[family] != ""
}

// knownType says whether the twin can tell if EC2 has a type.
func knownType(name string) bool {
	family, size, burstable := instanceType(name)
	return burstable || families[family] != "" && slices.Contains(otherSizes, size)
}

func unknownType(name string) string {
	return fmt.Sprintf("the twin does not know the instance type %s; it has the families %s, of the t the sizes %s and of the others %s",
		name, strings.Join(slices.Sorted(maps.Keys(families)), ", "), strings.Join(burstableSizes, ", "), strings.Join(otherSizes, ", "))
}

// checkType wants a type that EC2 sells in the zone and that the image boots on. The code for one that there is not is different
// for a machine that exists.
func checkType(name, zone, unknownCode string) error {
	family, size, burstable := instanceType(name)
	if burstable && !slices.Contains(burstableSizes, size) {
		return refuse(unknownCode, "Invalid value '%s' for InstanceType.", name)
	}
	if families[family] != amd64 {
		return refuse("InvalidParameterValue", "The architecture '%s' of the specified instance type does not match the architecture '%s' of "+
			"the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again.", families[family], amd64)
	}
	if zone == oldZone && family != oldFamily {
		others := slices.DeleteFunc(zonesOf("us-east-1"), func(z string) bool { return z == oldZone })
		return refuse("Unsupported", "Your requested instance type (%s) is not supported in your requested Availability Zone (%s). Please retry "+
			"your request by not specifying an Availability Zone or choosing %s.", name, zone, strings.Join(others, ", "))
	}
	return nil
}
