package stack

import (
	"cmp"
	"net/netip"
	"regexp"
)

// rule tells why a value is wrong; an empty answer means that it is right.
type rule func(value string) (reason string)

func matches(pattern, reason string) rule {
	re := regexp.MustCompile(`^(?:` + pattern + `)$`)
	return func(value string) string {
		if re.MatchString(value) {
			return ""
		}
		return reason
	}
}

func lacks(pattern, reason string) rule {
	re := regexp.MustCompile(pattern)
	return func(value string) string {
		if re.MatchString(value) {
			return reason
		}
		return ""
	}
}

func both(first, second rule) rule {
	return func(value string) string { return cmp.Or(first(value), second(value)) }
}

// The shapes are those of the providers' documentation; whether a name of that
// shape exists, the provider says.
var (
	validAWSRegion = matches(`[a-z]{2}(-[a-z]+)+-\d`, `is not an AWS region such as "us-east-1"`)
	validGCPRegion = matches(`[a-z]+-[a-z]+\d+`, `is not a GCP region such as "us-east4"`)

	// https://cloud.google.com/resource-manager/docs/creating-managing-projects
	validGCPProject = matches(`[a-z][a-z0-9-]{4,28}[a-z0-9]`, "is not a project id: 6 to 30 lower-case letters, digits and hyphens, beginning with a letter")

	// Both hosts run amd64 images. The series with ARM processors:
	// https://cloud.google.com/compute/docs/instances/arm-on-compute and
	// https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
	validMachineType = both(
		matches(`[a-z][a-z0-9]*(-[a-z0-9]+)+`, `is not a GCE machine type such as "e2-small"`),
		lacks(`^(t2a|c4a|n4a|a4x)-`, "has ARM processors; the hosts' images are for amd64"))
	validInstanceType = both(
		matches(`[a-z][a-z0-9-]*\.[a-z0-9-]+`, `is not an EC2 instance type such as "t3.micro"`),
		lacks(`^(a1|[a-z]+[0-9]+g[a-z]*)\.`, "has ARM processors; the hosts' images are for amd64"))

	validAMI          = matches(`ami-[0-9a-f]{8,17}`, `is not an AMI id such as "ami-0123456789abcdef0"`)
	validGCEImage     = matches(`(projects/[a-z0-9.:-]+/global/images/)[a-z][a-z0-9-]*`, `is not an image such as "projects/debian-cloud/global/images/NAME"`)
	validAllocationID = matches(`eipalloc-[0-9a-f]{8,17}`, `is not an Elastic IP's allocation id such as "eipalloc-0123456789abcdef0"`)
	validGCPAddressID = matches(`projects/[a-z0-9.:-]+/regions/[a-z0-9-]+/addresses/[a-z][a-z0-9-]*`, `is not a static address's id such as "projects/P/regions/R/addresses/NAME"`)
	validDiskID       = matches(`projects/[a-z0-9.:-]+/zones/[a-z0-9-]+/disks/[a-z][a-z0-9-]*`, `is not a disk id such as "projects/P/zones/Z/disks/NAME"`)
)

var hostName = matches(`([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])`, `is not a host name such as "todo.example.org", in lower case`)

func validDomain(value string) string {
	if _, err := netip.ParseAddr(value); err == nil {
		return "is an address; leave domain empty to serve under the web host's own"
	}
	if len(value) > 253 {
		return "is longer than 253 characters"
	}
	return hostName(value)
}

var plainName = matches(`[a-z0-9]+(-[a-z0-9]+)*`, "is not lower-case letters and digits, parted by single hyphens; `pulumi stack rename` changes it")

// validStack is about what has the stack's name in its own: an ECR repository has the narrowest alphabet, and the prefix
// of a bucket's name, "crosscloud-STACK-", has 37 characters at most.
func validStack(name string) string {
	if len(name) > 25 {
		return "is longer than 25 characters; `pulumi stack rename` changes it"
	}
	return plainName(name)
}
