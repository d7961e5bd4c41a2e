package gcp

import "crosscloud/infra/twin/cloud/cloudtest"

// terraform has what Pulumi's provider 7 wraps: the last of the line 5 of the Terraform provider.
const terraform = "https://registry.terraform.io/providers/hashicorp/google/5.45.2/docs/resources/"

func networkChanges(project) cloudtest.Kind {
	return cloudtest.Kind{
		Source: terraform + "compute_network",
		Args:   object{"name": "net", "autoCreateSubnetworks": false},
		Changes: []cloudtest.Change{
			cloudtest.Refused("autoCreateSubnetworks", true, "the twin has no automatic subnets"),
			cloudtest.Replaces("description", "x"),
			cloudtest.Replaces("name", "net2"),
			cloudtest.Replaces("project", elsewhere),
			cloudtest.InPlace("routingMode", "GLOBAL"),
		},
	}
}

func subnetChanges(p project) cloudtest.Kind {
	return cloudtest.Kind{
		Source: terraform + "compute_subnetwork",
		Args:   object{"name": "sub", "network": p.Get("network").ID, "ipCidrRange": "10.200.0.0/24"},
		Changes: []cloudtest.Change{
			cloudtest.Replaces("description", "x"),
			cloudtest.InPlace("ipCidrRange", "10.200.0.0/23").When("it grows"),
			cloudtest.Replaces("ipCidrRange", "10.200.0.0/25").When("it shrinks"),
			cloudtest.Replaces("ipCidrRange", "10.200.1.0/24").When("it moves"),
			cloudtest.Replaces("name", "sub2").And("ipCidrRange", "10.201.0.0/24"),
			cloudtest.Replaces("network", p.Get("network2").ID),
			cloudtest.Ignored("network", p.Get("network").Output("selfLink")).When("it is spelled in another way"),
			cloudtest.InPlace("privateIpGoogleAccess", true),
			cloudtest.Replaces("project", elsewhere),
			cloudtest.Replaces("region", "us-west1"),
		},
	}
}

func addressChanges(project) cloudtest.Kind {
	return cloudtest.Kind{
		Source: terraform + "compute_address",
		Args:   object{"name": "ip", "region": "us-east4"},
		Changes: []cloudtest.Change{
			cloudtest.Refused("addressType", "INTERNAL", "the twin reserves EXTERNAL addresses only"),
			cloudtest.Replaces("description", "x"),
			cloudtest.InPlace("labels", object{"part": "database"}),
			cloudtest.Replaces("name", "ip2"),
			cloudtest.Replaces("networkTier", "STANDARD"),
			cloudtest.Replaces("project", elsewhere),
			cloudtest.Replaces("region", "us-west1"),
		},
	}
}

func firewallChanges(p project) cloudtest.Kind {
	return cloudtest.Kind{
		Source: terraform + "compute_firewall",
		Args:   with(p.rule(), object{"name": "rule"}),
		Changes: []cloudtest.Change{
			cloudtest.InPlace("allows[*].ports", []any{"5432", "6432"}),
			cloudtest.InPlace("allows[*].protocol", "udp"),
			cloudtest.Ignored("allows[*].protocol", "TCP").When("it is spelled in another way"),
			cloudtest.InPlace("description", "x"),
			cloudtest.Refused("direction", "EGRESS", "the twin has no egress rules"),
			cloudtest.InPlace("disabled", true),
			cloudtest.Replaces("name", "rule2"),
			// The provider tries to change it in place, and can't: https://cloud.google.com/firewall/docs/using-firewalls
			cloudtest.Refused("network", p.Get("network2").ID, "googleapi: Error 400: Invalid value for field 'resource.network'"),
			cloudtest.Ignored("network", "db").When("it is spelled in another way"),
			cloudtest.InPlace("priority", 900),
			cloudtest.Replaces("project", elsewhere),
			cloudtest.InPlace("sourceRanges", []any{"198.51.100.7/32"}),
			cloudtest.Ignored("sourceRanges", []any{"203.0.113.0/24", "198.18.16.1/32"}).When("their order changes"),
			cloudtest.InPlace("targetTags", []any{"database", "other"}),
			cloudtest.Ignored("targetTags", []any{"b", "a"}).From([]any{"a", "b"}).When("their order changes"),
		},
	}
}
