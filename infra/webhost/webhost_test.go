package webhost

import (
	"encoding/json"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/boottest"
	"crosscloud/infra/monitortest"
)

const (
	databaseAddress = "198.51.100.9"
	newestImage     = "ami-0123456789abcdef0"
)

func deploy(t *testing.T, change func(*Args)) *monitortest.Monitor {
	t.Helper()
	monitor := &monitortest.Monitor{
		Outputs: func(token, name string, inputs resource.PropertyMap) resource.PropertyMap {
			if token == "aws:ec2/eip:Eip" {
				return resource.PropertyMap{"publicIp": resource.NewStringProperty("203.0.113.7")}
			}
			return nil
		},
		Functions: map[string]func(resource.PropertyMap) (resource.PropertyMap, error){
			"aws:ec2/getAmi:getAmi": func(args resource.PropertyMap) (resource.PropertyMap, error) {
				plain := args.Mappable()
				assert.Equal(t, []any{"136693071363"}, plain["owners"])
				assert.Equal(t, true, plain["mostRecent"])
				return resource.PropertyMap{"id": resource.NewStringProperty(newestImage)}, nil
			},
		},
	}
	require.NoError(t, monitor.Run(func(ctx *pulumi.Context) error {
		tags := map[string]string{"project": "crosscloud", "stack": "test"}
		address, err := ReserveAddress(ctx, "web-address", AddressArgs{Name: "crosscloud-test", Tags: tags})
		if err != nil {
			return err
		}
		args := Args{
			Name:             "crosscloud-test",
			Tags:             tags,
			Zone:             "us-east-1a",
			InstanceType:     "t3.micro",
			Address:          address,
			DatabaseAddress:  pulumi.String(databaseAddress),
			DesiredParameter: "/crosscloud/test/desired",
			StatusParameter:  "/crosscloud/test/status",
			Grants: Grants{
				DesiredParameter:     pulumi.String("arn:aws:ssm:us-east-1:111122223333:parameter/crosscloud/test/desired"),
				DatabaseURLParameter: pulumi.String("arn:aws:ssm:us-east-1:111122223333:parameter/crosscloud/test/database-url"),
				StatusParameter:      pulumi.String("arn:aws:ssm:us-east-1:111122223333:parameter/crosscloud/test/status"),
				Bundles:              pulumi.String("arn:aws:s3:::crosscloud-test-1/bundles/*"),
				Repository:           pulumi.String("arn:aws:ecr:us-east-1:111122223333:repository/crosscloud-test"),
			},
		}
		if change != nil {
			change(&args)
		}
		_, err = New(ctx, "web", args)
		return err
	}))
	return monitor
}

func TestEveryResourceHasAParentAndTags(t *testing.T) {
	untaggable := []string{
		"aws:ec2/route:Route", "aws:ec2/routeTableAssociation:RouteTableAssociation", "aws:ec2/eipAssociation:EipAssociation",
		"aws:iam/rolePolicy:RolePolicy", "aws:ec2transitgateway/instanceState:InstanceState",
	}
	resources := deploy(t, nil).Resources()
	require.Equal(t, 22, len(resources), "this test looks at too few")
	for _, r := range resources {
		if !r.Custom {
			continue
		}
		assert.Contains(t, r.Options.GetParent(), "crosscloud:webhost:", "%s %s", r.Token, r.Name)
		if slices.Contains(untaggable, r.Token) {
			continue
		}
		tags, _ := r.Plain()["tags"].(map[string]any)
		assert.Equal(t, "test", tags["stack"], r.Token)
		assert.True(t, strings.HasPrefix(tags["Name"].(string), "crosscloud-test-"), "%s is named %v", r.Token, tags["Name"])
	}
}

func TestRulesAreExactlyThoseDeclared(t *testing.T) {
	const in, out = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
	visitors := []string{"tcp 443-443 0.0.0.0/0", "tcp 80-80 0.0.0.0/0"}
	outward := []string{"tcp 443-443 0.0.0.0/0", "tcp 80-80 0.0.0.0/0", "tcp 5432-5432 198.51.100.9/32"}

	closed := deploy(t, nil)
	assert.ElementsMatch(t, visitors, rules(closed.Of(in)))
	assert.ElementsMatch(t, outward, rules(closed.Of(out)))

	administered := deploy(t, func(args *Args) {
		args.SSHFrom = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/28"), netip.MustParsePrefix("192.0.2.77/32")}
	})
	assert.ElementsMatch(t, append(visitors, "tcp 22-22 192.0.2.0/28", "tcp 22-22 192.0.2.77/32"), rules(administered.Of(in)))
	assert.ElementsMatch(t, outward, rules(administered.Of(out)))

	group := closed.One(t, "aws:ec2/securityGroup:SecurityGroup").Plain()
	assert.NotContains(t, group, "ingress")
	assert.NotContains(t, group, "egress")
}

// rules describes rules by everything but their texts.
func rules(resources []monitortest.Resource) []string {
	var list []string
	for _, r := range resources {
		plain := r.Plain()
		text, _ := json.Marshal([]any{plain["fromPort"], plain["toPort"]})
		ports := strings.Trim(strings.ReplaceAll(string(text), ",", "-"), "[]")
		list = append(list, plain["ipProtocol"].(string)+" "+ports+" "+plain["cidrIpv4"].(string))
		for _, other := range []string{"cidrIpv6", "prefixListId", "referencedSecurityGroupId"} {
			if _, set := plain[other]; set {
				list = append(list, other)
			}
		}
	}
	return list
}

func TestInstanceIsHardened(t *testing.T) {
	instance := deploy(t, nil).One(t, "aws:ec2/instance:Instance")
	plain := instance.Plain()
	assert.Equal(t, newestImage, plain["ami"])
	assert.Equal(t, map[string]any{
		"httpEndpoint": "enabled", "httpTokens": "required", "httpPutResponseHopLimit": 1.0, "instanceMetadataTags": "disabled",
	}, plain["metadataOptions"])
	root := maps.Clone(plain["rootBlockDevice"].(map[string]any))
	delete(root, "tags")
	assert.Equal(t, map[string]any{"encrypted": true, "volumeType": "gp3", "volumeSize": 10.0}, root)
	assert.Equal(t, map[string]any{"cpuCredits": "standard"}, plain["creditSpecification"])
	assert.Equal(t, []any{map[string]any{"deviceIndex": 0.0, "networkInterfaceId": "web-id"}}, plain["networkInterfaces"])
	assert.Equal(t, false, plain["userDataReplaceOnChange"])
	assert.True(t, instance.Options.GetDeleteBeforeReplace())
	assert.Equal(t, []string{"userData", "ami"}, instance.Options.GetIgnoreChanges())

	named := deploy(t, func(args *Args) { args.AMI = "ami-00000000000000001" }).One(t, "aws:ec2/instance:Instance")
	assert.Equal(t, "ami-00000000000000001", named.Plain()["ami"])
	assert.Equal(t, []string{"userData"}, named.Options.GetIgnoreChanges())
}

func TestInstanceBootsBehindItsAddressFirewallAndPermissions(t *testing.T) {
	instance := deploy(t, nil).One(t, "aws:ec2/instance:Instance")
	var kinds []string
	for _, urn := range instance.Options.GetDependencies() {
		kinds = append(kinds, string(resource.URN(urn).Type()))
	}
	for _, kind := range []string{
		"aws:ec2/eipAssociation:EipAssociation", "aws:ec2/routeTableAssociation:RouteTableAssociation",
		"aws:iam/rolePolicy:RolePolicy", "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
	} {
		assert.Contains(t, kinds, kind)
	}
}

// Another awsZone is a new subnet with the old one's range, a new card with the old one's Elastic IP, a new machine.
// Deleting the subnet first takes with it what depends on it.
func TestMachineCanMoveToAnotherZone(t *testing.T) {
	monitor := deploy(t, nil)
	subnet := monitor.One(t, "aws:ec2/subnet:Subnet")
	assert.True(t, subnet.Options.GetDeleteBeforeReplace())
	assert.Equal(t, "web-id", monitor.One(t, "aws:ec2/networkInterface:NetworkInterface").Plain()["subnetId"])
}

func TestInstanceIsToRun(t *testing.T) {
	state := deploy(t, nil).One(t, "aws:ec2transitgateway/instanceState:InstanceState").Plain()
	assert.Equal(t, "running", state["state"])
	assert.Equal(t, "web-id", state["instanceId"])
}

func TestRoleMayDoNothingElse(t *testing.T) {
	monitor := deploy(t, nil)
	boottest.Golden(t, "permissions.json", indent(t, monitor.One(t, "aws:iam/rolePolicy:RolePolicy").Plain()["policy"].(string)))
	boottest.Golden(t, "trust.json", indent(t, monitor.One(t, "aws:iam/role:Role").Plain()["assumeRolePolicy"].(string)))

	var document policy
	require.NoError(t, json.Unmarshal([]byte(monitor.One(t, "aws:iam/rolePolicy:RolePolicy").Plain()["policy"].(string)), &document))
	for _, s := range document.Statement {
		assert.Equal(t, "Allow", s.Effect)
		for _, action := range s.Action {
			assert.NotContains(t, action, "*")
		}
		for _, on := range s.Resource {
			if on == "*" {
				assert.Equal(t, []string{"ecr:GetAuthorizationToken"}, s.Action)
			} else {
				assert.NotContains(t, strings.TrimSuffix(on, "/bundles/*"), "*")
			}
		}
	}
}

func indent(t *testing.T, document string) []byte {
	t.Helper()
	var value any
	require.NoError(t, json.Unmarshal([]byte(document), &value))
	text, err := json.MarshalIndent(value, "", "  ")
	require.NoError(t, err)
	return append(text, '\n')
}
