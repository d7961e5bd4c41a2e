package stack

import (
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

// The shapes are those of the providers' documentation; whether a name of that
// shape exists, the provider says.
var (
	validAWSRegion = matches(`[a-z]{2}(-[a-z]+)+-\d`, `is not an AWS region such as "us-east-1"`)
	validGCPRegion = matches(`[a-z]+-[a-z]+\d+`, `is not a GCP region such as "us-east4"`)

	// https://cloud.google.com/resource-manager/docs/creating-managing-projects
	validGCPProject = matches(`[a-z][a-z0-9-]{4,28}[a-z0-9]`, "is not a project id: 6 to 30 lower-case letters, digits and hyphens, beginning with a letter")

	validMachineType  = matches(`[a-z][a-z0-9]*(-[a-z0-9]+)+`, `is not a GCE machine type such as "e2-small"`)
	validInstanceType = matches(`[a-z][a-z0-9-]*\.[a-z0-9-]+`, `is not an EC2 instance type such as "t3.micro"`)
	validAMI          = matches(`ami-[0-9a-f]{8,17}`, `is not an AMI id such as "ami-0123456789abcdef0"`)
	validGCEImage     = matches(`(projects/[a-z0-9.:-]+/global/images/)[a-z][a-z0-9-]*`, `is not an image such as "projects/debian-cloud/global/images/NAME"`)
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
