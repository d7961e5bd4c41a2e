// Package webhost is the AWS side: one Debian VM with nginx in front of two slots of the app, in a network of its own.
//
// The component declares the machine and what it may do. What runs on the machine arrives later, as a bundle that
// Pack makes and that the machine fetches by itself; so a new release never touches a resource of this component.
package webhost

import (
	"fmt"
	"net/netip"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"crosscloud/infra/tags"
)

// Args is what a web host needs to know. All fields are required unless they say otherwise.
type Args struct {
	Name string            // begins the name of whatever has one: "crosscloud-prod"
	Tags map[string]string // optional; on every resource that takes tags

	Zone         string         // availability zone, "us-east-1a"
	InstanceType string         // amd64, "t3.micro"
	AMI          string         // optional; an exact image on purpose, instead of Debian 13's newest at creation
	SSHFrom      []netip.Prefix // optional; who may reach port 22

	Address         *Address           // reserved with ReserveAddress
	DatabaseAddress pulumi.StringInput // IPv4; the only place that port 5432 is open to

	DesiredParameter string // name of the SSM parameter that the machine watches
	StatusParameter  string // name of the SSM parameter that it answers in
	Grants           Grants
}

// Grants are the only resources that the machine's role can use, by ARN.
type Grants struct {
	DesiredParameter     pulumi.StringInput // read
	DatabaseURLParameter pulumi.StringInput // read and decrypt
	StatusParameter      pulumi.StringInput // read and write
	Bundles              pulumi.StringInput // read; objects: "arn:aws:s3:::BUCKET/bundles/*"
	Repository           pulumi.StringInput // pull
}

// WebHost is the component. Others only wait for it: what they send the machine goes through the two parameters.
type WebHost struct{ pulumi.ResourceState }

// New declares the network, the identity and the machine. The machine boots only when its network card has the
// reserved address and its role has its permissions, so its first request already comes from the right place.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*WebHost, error) {
	host := &WebHost{}
	if err := ctx.RegisterComponentResource("crosscloud:webhost:WebHost", name, host, opts...); err != nil {
		return nil, fmt.Errorf("web host %s: %w", name, err)
	}
	d := declarer{ctx: ctx, name: name, args: args, parent: pulumi.Parent(host)}

	network, err := d.network()
	if err != nil {
		return nil, fmt.Errorf("web host %s: network: %w", name, err)
	}
	walls, err := d.firewall(network)
	if err != nil {
		return nil, fmt.Errorf("web host %s: firewall: %w", name, err)
	}
	card, err := d.card(network, walls)
	if err != nil {
		return nil, fmt.Errorf("web host %s: network card: %w", name, err)
	}
	identity, err := d.identity()
	if err != nil {
		return nil, fmt.Errorf("web host %s: identity: %w", name, err)
	}
	instance, err := d.instance(card, identity)
	if err != nil {
		return nil, fmt.Errorf("web host %s: instance: %w", name, err)
	}
	return host, ctx.RegisterResourceOutputs(host, pulumi.Map{"instanceId": instance.ID()})
}

// declarer carries what every resource of one web host has in common.
type declarer struct {
	ctx    *pulumi.Context
	name   string
	args   Args
	parent pulumi.ResourceOrInvokeOption
}

// tags are the tags of one resource.
func (d declarer) tags(suffix string) pulumi.StringMap {
	return tags.Named(d.args.Tags, d.args.Name+"-"+suffix)
}
