package stack

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/monitortest"
)

const (
	webIP      = "198.51.100.7"
	databaseIP = "203.0.113.20"
)

// computed are outputs that no input determines, by type.
var computed = map[string]map[string]any{
	"aws:ec2/eip:Eip":                               {"publicIp": webIP},
	"gcp:compute/address:Address":                   {"address": databaseIP},
	"gcp:serviceaccount/account:Account":            {"email": "db@my-project-123.iam.gserviceaccount.com"},
	"gcp:secretmanager/secretVersion:SecretVersion": {"name": "projects/1/secrets/s/versions/1"},
	"random:index/randomPassword:RandomPassword":    {"result": "canary-password-5f1c"},
	"random:index/randomBytes:RandomBytes":          {"base64": "c2l4dGVlbiBieXRlcyArMQ=="},
	"random:index/randomId:RandomId":                {"hex": "0a1b2c3d"},
	"tls:index/privateKey:PrivateKey":               {"privateKeyPem": "canary-private-key-77aa"},
	"tls:index/selfSignedCert:SelfSignedCert":       {"certPem": "ca certificate\n"},
	"tls:index/certRequest:CertRequest":             {"certRequestPem": "request\n"},
	"tls:index/locallySignedCert:LocallySignedCert": {"certPem": "server certificate\n"},
	"docker-build:index:Image":                      {"digest": "sha256:" + strings.Repeat("5", 64)},
	"aws:ecr/repository:Repository":                 {"repositoryUrl": "1.dkr.ecr.us-east-1.amazonaws.com/app", "registryId": "1", "arn": "arn:aws:ecr:us-east-1:1:repository/app"},
	"aws:ssm/parameter:Parameter":                   {"version": 1},
	"aws:iam/role:Role":                             {"arn": "arn:aws:iam::1:role/r"},
}

func outputs(token, _ string, inputs resource.PropertyMap) resource.PropertyMap {
	out := resource.NewPropertyMapFromMap(computed[token])
	if token == "aws:ssm/parameter:Parameter" {
		out["arn"] = resource.NewStringProperty("arn:aws:ssm:us-east-1:1:parameter" + inputs["name"].StringValue())
	}
	return out
}

func answer(values map[string]any) func(resource.PropertyMap) (resource.PropertyMap, error) {
	return func(resource.PropertyMap) (resource.PropertyMap, error) {
		return resource.NewPropertyMapFromMap(values), nil
	}
}

// preview runs the whole program; the gate asks nobody then.
func preview(t *testing.T, overrides map[string]string) []monitortest.Resource {
	t.Helper()
	values := declaredDefaults(t)
	t.Chdir("..") // where the engine starts the program
	values["gcp:project"] = "my-project-123"
	maps.Copy(values, overrides)
	m := &monitortest.Monitor{
		Outputs: outputs,
		Functions: map[string]func(resource.PropertyMap) (resource.PropertyMap, error){
			"aws:ec2/getAmi:getAmi":                               answer(map[string]any{"id": "ami-0123456789abcdef0", "architecture": "x86_64"}),
			"gcp:compute/getImage:getImage":                       answer(map[string]any{"selfLink": "projects/debian-cloud/global/images/debian-13-x", "name": "debian-13-x"}),
			"aws:ecr/getAuthorizationToken:getAuthorizationToken": answer(map[string]any{"userName": "AWS", "password": "canary-registry-token"}),
		},
	}
	require.NoError(t, m.Run(Deploy, monitortest.Preview, func(info *pulumi.RunInfo) { info.Config = values }))
	return m.Resources()
}

func TestEveryResourceBelongsToAComponent(t *testing.T) {
	for _, r := range preview(t, nil) {
		component := strings.HasPrefix(r.Token, "crosscloud:")
		require.Equal(t, component, strings.HasSuffix(r.Options.GetParent(), "::crosscloud-test"), "%s %s has the parent %s", r.Token, r.Name, r.Options.GetParent())
	}
}

// TestEveryResourceSaysWhoseItIs holds for each type that the program labels
// anywhere, so that a forgotten label on one of them shows.
func TestEveryResourceSaysWhoseItIs(t *testing.T) {
	resources := preview(t, nil)
	labelled := map[string]bool{}
	own := func(r monitortest.Resource) bool {
		for _, key := range []resource.PropertyKey{"tags", "labels"} {
			if value := r.Inputs[key]; value.IsObject() {
				labels := value.ObjectValue()
				return labels["project"].StringValue() == "crosscloud" && labels["stack"].StringValue() == "test"
			}
		}
		return false
	}
	for _, r := range resources {
		labelled[r.Token] = labelled[r.Token] || own(r)
	}
	for _, must := range []string{"aws:ec2/instance:Instance", "aws:ec2/eip:Eip", "aws:ec2/vpc:Vpc", "gcp:compute/instance:Instance", "gcp:compute/address:Address", "gcp:compute/disk:Disk"} {
		require.True(t, labelled[must], must)
	}
	for _, r := range resources {
		if labelled[r.Token] {
			require.True(t, own(r), "%s %s carries no project and stack", r.Token, r.Name)
		}
	}
}

// Neither side's allow-list is wider than the other's address and adminCidrs.
func TestTheAllowListsNameEachOther(t *testing.T) {
	const (
		admin    = "192.0.2.0/24"
		adminKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINk7I0CZ9Qi28XHPaii9hdzT6xsgJDFSZLADl/eDD04H one@example.org"
	)
	visitors := map[string][]string{
		"database 5432": {webIP + "/32", admin},
		"web in 443":    {"0.0.0.0/0"},
		"web in 80":     {"0.0.0.0/0"},
		"web out 443":   {"0.0.0.0/0"},
		"web out 80":    {"0.0.0.0/0"},
		"web out 5432":  {databaseIP + "/32"},
	}
	settings := map[string]string{"crosscloud:adminCidrs": `["` + admin + `"]`}
	t.Run("nobody has a key to log in with", func(t *testing.T) {
		require.Equal(t, visitors, openings(t, settings))
	})

	settings["crosscloud:adminSshKeys"] = `["` + adminKey + `"]`
	administered := maps.Clone(visitors)
	administered["database 22"], administered["web in 22"] = []string{admin}, []string{admin}
	t.Run("somebody has", func(t *testing.T) {
		require.Equal(t, administered, openings(t, settings))
	})
}

// openings are the ranges that may be reached or come in, by host and port.
func openings(t *testing.T, settings map[string]string) map[string][]string {
	t.Helper()
	opened := map[string][]string{}
	for _, r := range preview(t, settings) {
		switch r.Token {
		case "gcp:compute/firewall:Firewall":
			for _, allow := range r.Inputs["allows"].ArrayValue() {
				for _, port := range allow.ObjectValue()["ports"].ArrayValue() {
					for _, from := range r.Inputs["sourceRanges"].ArrayValue() {
						key := "database " + port.StringValue()
						opened[key] = append(opened[key], from.StringValue())
					}
				}
			}
		case "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule":
			direction := "in"
			if strings.Contains(r.Token, "Egress") {
				direction = "out"
			}
			require.Equal(t, r.Inputs["fromPort"], r.Inputs["toPort"], r.Name)
			key := fmt.Sprintf("web %s %v", direction, r.Inputs["fromPort"].NumberValue())
			opened[key] = append(opened[key], r.Inputs["cidrIpv4"].StringValue())
		}
	}
	return opened
}

// What the program is given as a secret never stands in a plain input.
func TestSecretsStaySecret(t *testing.T) {
	kept := 0
	for _, r := range preview(t, nil) {
		for key, value := range r.Inputs {
			if plain := fmt.Sprint(value.MapRepl(nil, hideSecret)); strings.Contains(plain, "canary-") {
				t.Errorf("%s %s has a secret in its plain input %s", r.Token, r.Name, key)
			}
			if strings.Contains(fmt.Sprint(value.MapRepl(nil, nil)), "canary-") {
				kept++
			}
		}
	}
	require.NotZero(t, kept, "no input holds a secret at all, so the search proves nothing")
}

func hideSecret(value resource.PropertyValue) (any, bool) {
	if value.IsSecret() {
		return "[secret]", true
	}
	return nil, false
}
