package database

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Resources have names chosen here, not random ones: people read them in the console, and a name that two
// stacks of one project share is refused by GCP instead of mixing the stacks up.

// maxName is the shortest limit among the resources named here, a service account's id, which must also have
// 6 characters at least (https://cloud.google.com/iam/docs/service-accounts-create). The others allow 63.
const maxName = 30

var notInNames = regexp.MustCompile(`[^a-z0-9]+`)

// physicalName returns the name in GCP of the part of a stack with the given suffix: lower-case letters,
// digits and hyphens, beginning with a letter. A stack's name that needs changing or cutting is marked with a
// piece of its hash, so that different stacks keep different names.
func physicalName(project, stack, suffix string) string {
	plain := project + "-" + stack
	tidy := strings.Trim(notInNames.ReplaceAllString(strings.ToLower(plain), "-"), "-")
	if tidy == "" || tidy[0] < 'a' || tidy[0] > 'z' {
		tidy = "stack-" + tidy
	}
	room := maxName - len(suffix) - 1
	if tidy != plain || len(tidy) > room {
		sum := sha256.Sum256([]byte(plain))
		mark := "-" + hex.EncodeToString(sum[:3])
		tidy = strings.TrimRight(tidy[:min(len(tidy), room-len(mark))], "-") + mark
	}
	return tidy + "-" + suffix
}

// labels tell whose a resource is, on everything that can carry them.
func labels(ctx *pulumi.Context) pulumi.StringMap {
	return pulumi.StringMap{
		"project": pulumi.String(labelValue(ctx.Project())),
		"stack":   pulumi.String(labelValue(ctx.Stack())),
		"part":    pulumi.String("database"),
	}
}

var notInLabels = regexp.MustCompile(`[^a-z0-9_-]+`)

// labelValue follows https://cloud.google.com/compute/docs/labeling-resources: at most 63 characters.
func labelValue(s string) string {
	s = notInLabels.ReplaceAllString(strings.ToLower(s), "-")
	return s[:min(len(s), 63)]
}
