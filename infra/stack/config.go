package stack

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"

	"crosscloud/infra/operation"
)

// Config is everything an operator decides about a stack. Its keys, their
// meaning and their defaults are declared in Pulumi.yaml.
type Config struct {
	AWSRegion, AWSZone              string
	GCPProject, GCPRegion, GCPZone  string
	DatabaseMachineType             string
	DatabaseDiskGB                  int // in GB of 2^30 bytes, as GCE counts
	DatabaseImage, AdoptDataDisk    string
	AdoptDatabaseAddress            string
	AdoptWebAddress                 string
	DatabasePasswordVersion         int
	WebInstanceType, WebAMI, Domain string
	AdminCIDRs                      []netip.Prefix
	AdminSSHKeys                    []string
	ProtectData                     bool
	WebOperations                   []operation.Operation
	DatabaseOperations              []operation.Operation
}

// ReadConfig reads the stack's configuration once and reports every problem in
// one error, before any resource is registered.
func ReadConfig(ctx *pulumi.Context) (Config, error) {
	r := reader{
		own:    config.New(ctx, ""),
		aws:    config.New(ctx, "aws"),
		gcp:    config.New(ctx, "gcp"),
		secret: ctx.IsConfigSecret,
	}
	c := Config{
		AWSRegion:               r.text(r.aws, "region", "us-east-1", validAWSRegion),
		AWSZone:                 r.text(r.own, "awsZone", "us-east-1a", nil),
		GCPProject:              r.text(r.gcp, "project", "my-project-123", validGCPProject),
		GCPRegion:               r.text(r.gcp, "region", "us-east4", validGCPRegion),
		GCPZone:                 r.text(r.gcp, "zone", "us-east4-a", nil),
		DatabaseMachineType:     r.text(r.own, "databaseMachineType", "e2-small", validMachineType),
		DatabaseDiskGB:          r.number("databaseDiskGb", 10, 65536),
		DatabaseImage:           r.optional("databaseImage", validGCEImage),
		AdoptDataDisk:           r.optional("adoptDataDisk", validDiskID),
		AdoptDatabaseAddress:    r.optional("adoptDatabaseAddress", validGCPAddressID),
		AdoptWebAddress:         r.optional("adoptWebAddress", validAllocationID),
		DatabasePasswordVersion: r.number("databasePasswordVersion", 1, 1_000_000),
		WebInstanceType:         r.text(r.own, "webInstanceType", "t3.micro", validInstanceType),
		WebAMI:                  r.optional("webAmi", validAMI),
		Domain:                  r.optional("domain", validDomain),
		AdminCIDRs:              r.prefixes("adminCidrs", r.flag("allowWideAdmin")),
		AdminSSHKeys:            r.sshKeys("adminSshKeys"),
		ProtectData:             r.flag("protectData"),
	}
	r.check("stack", ctx.Stack(), validStack)
	r.zoneIn(c.AWSZone, c.AWSRegion, "crosscloud:awsZone", "aws:region", "")
	r.zoneIn(c.GCPZone, c.GCPRegion, "gcp:zone", "gcp:region", "-")
	// Anything else would be a change that replaces what was adopted.
	if place := fmt.Sprintf("projects/%s/zones/%s/disks/", c.GCPProject, c.GCPZone); c.AdoptDataDisk != "" && !strings.HasPrefix(c.AdoptDataDisk, place) {
		r.problem("crosscloud:adoptDataDisk", c.AdoptDataDisk, "is not in gcp:project and gcp:zone; it would have to begin with "+place)
	}
	if place := fmt.Sprintf("projects/%s/regions/%s/addresses/", c.GCPProject, c.GCPRegion); c.AdoptDatabaseAddress != "" && !strings.HasPrefix(c.AdoptDatabaseAddress, place) {
		r.problem("crosscloud:adoptDatabaseAddress", c.AdoptDatabaseAddress, "is not in gcp:project and gcp:region; it would have to begin with "+place)
	}
	operations := r.operations("operations")
	c.WebOperations, c.DatabaseOperations = operations["web"], operations["database"]
	return c, r.problems.err()
}

// ssh is who may log in on both hosts, and from where. It takes both: no port is open to nobody, and no key is on a host
// that its owner can't reach.
func (c Config) ssh() (from []netip.Prefix, keys []string) {
	if len(c.AdminCIDRs) == 0 || len(c.AdminSSHKeys) == 0 {
		return nil, nil
	}
	return c.AdminCIDRs, c.AdminSSHKeys
}
