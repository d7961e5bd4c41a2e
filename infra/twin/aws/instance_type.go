package aws

import "strings"

// families are the general-purpose, compute and memory families that EC2 sells today and that boot from EBS, with their
// processors' architecture.
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

// The burstable families come in small sizes, the others in large ones.
const (
	burstableSizes = " nano micro small medium large xlarge 2xlarge "
	otherSizes     = " large xlarge 2xlarge 4xlarge "
)

// architectureOf is false for a type that does not exist.
func architectureOf(instanceType string) (string, bool) {
	family, size, _ := strings.Cut(instanceType, ".")
	architecture, known := families[family]
	sizes := otherSizes
	if strings.HasPrefix(family, "t") {
		sizes = burstableSizes
	}
	return architecture, known && size != "" && strings.Contains(sizes, " "+size+" ")
}
