// Package aws has the AWS resource kinds that the program uses: what they refuse, what they replace, and what they make
// real on the twin. Replacement and defaults follow the AWS provider 6.83 and what it wraps; refusals of arguments come
// from there, too, the others from EC2, IAM, Systems Manager, S3 and ECR, with their codes.
package aws

import (
	"fmt"
	"maps"
	"slices"

	"crosscloud/infra/twin/cloud"
)

// version is that of the SDK in go.mod.
const version = "6.83.2"

// Provider returns the provider of one account in one region.
func Provider(env cloud.Env) cloud.Provider { return newAccount(env).provider() }

func (a *account) provider() cloud.Provider {
	return cloud.Provider{
		Name:    "aws",
		Version: version,
		Resources: []cloud.Resource{
			a.vpcKind(), a.subnetKind(), a.gatewayKind(), a.routeTableKind(), a.routeKind(), a.routeTableAssociationKind(),
			a.securityGroupKind(), a.ingressRuleKind(), a.egressRuleKind(),
			a.networkInterfaceKind(), a.addressKind(), a.addressAssociationKind(),
			a.instanceKind(), a.instanceStateKind(),
			a.roleKind(), a.rolePolicyKind(), a.instanceProfileKind(),
			a.parameterKind(),
			a.bucketKind(), a.publicAccessBlockKind(), a.encryptionKind(), a.versioningKind(), a.lifecycleKind(), a.objectKind(),
			a.repositoryKind(), a.lifecyclePolicyKind(),
		},
		Functions: []cloud.Invoke{
			a.getAmi(), a.getParameter(), a.getAuthorizationToken(),
		},
		Configure: a.configure,
	}
}

// harmless are settings that make no difference on the twin; the SDK sends the first four by itself.
var harmless = []string{"skipCredentialsValidation", "skipMetadataApiCheck", "skipRegionValidation", "version", "profile", "maxRetries"}

// configure takes the region. Other settings would change what the provider does, so they are not passed over.
func (a *account) configure(config map[string]string) error {
	for _, key := range slices.Sorted(maps.Keys(config)) {
		if key != "region" && !slices.Contains(harmless, key) {
			return fmt.Errorf("the twin does not know the setting aws:%s", key)
		}
	}
	region := config["region"]
	switch {
	case region == "":
		return nil
	case zonesOf(region) == nil:
		return fmt.Errorf("invalid AWS Region: %s", region)
	case region != a.env.Region:
		return fmt.Errorf("this twin plays the region %s; aws:region is %s", a.env.Region, region)
	}
	return nil
}
