// Package gcp is the twin's double of the gcp provider: the kinds that the program uses, with Google's rules for them.
// A refusal is worded as Google words it, so that who searches for it finds what operators of the cloud say about it.
package gcp

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/services/gcs"
)

// gcp is one project of the cloud, as one run of a stack sees it.
type gcp struct {
	env cloud.Env

	// The provider's settings, which resources take where they have none of their own.
	project, region, zone string

	objects *gcs.Objects

	// mu is held from looking whether something is free until it is taken. The engine creates in parallel.
	mu sync.Mutex
	// applying is held from reading the rules until a machine has them in force: of two rules that change at once, the
	// one that is read last must also be the one that is loaded last.
	applying sync.Mutex
	// making has the ids of the VMs whose machines are being made.
	making map[string]bool
}

// Provider returns the kinds and functions of Google Cloud.
func Provider(env cloud.Env) cloud.Provider {
	g := &gcp{env: env, project: env.Project, objects: gcs.NewObjects(env.Store, time.Now), making: map[string]bool{}}
	return cloud.Provider{
		Name:    "gcp",
		Version: "7.38.0",
		Resources: []cloud.Resource{
			g.service(),
			g.network(), g.subnetwork(), g.address(), g.firewall(), g.disk(), g.instance(),
			g.account(),
			g.secret(), g.secretVersion(), g.secretMember(),
			g.bucket(), g.bucketMember(), g.bucketObject(),
		},
		Functions: []cloud.Invoke{g.getImage(), g.getBucketObjectContent()},
		Configure: g.configure,
	}
}

// configure takes the settings of the provider that the twin knows. One that it passed over would be followed by the real
// provider; version is the engine's own.
func (g *gcp) configure(config map[string]string) error {
	for _, key := range slices.Sorted(maps.Keys(config)) {
		if !slices.Contains([]string{"project", "region", "zone", "version"}, key) {
			return fmt.Errorf("gcp:%s: the twin knows the settings gcp:project, gcp:region and gcp:zone only", key)
		}
	}
	g.project = cmp.Or(config["project"], g.env.Project)
	g.region, g.zone = config["region"], config["zone"]
	if g.zone != "" {
		region, err := regionOf(g.zone)
		if err != nil {
			return err
		}
		if g.region == "" {
			g.region = region
		}
	}
	if _, known := zones[g.region]; g.region != "" && !known {
		return fmt.Errorf("unknown region %q", g.region)
	}
	return nil
}
