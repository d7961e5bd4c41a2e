package release

import (
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ecr"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"crosscloud/infra/tags"
)

// keepImages is how many images stay: the running one, and enough before it to look back at a bad week. A release counts
// as up to three of them (index, image, attestation). Scratch images of this app are at most 15 MB each.
const keepImages = 20

// registry declares the repository. A tag names one content for ever, so nothing can be slipped under it.
func (c *Channel) registry(ctx *pulumi.Context, name string, args ChannelArgs) error {
	repository, err := ecr.NewRepository(ctx, name, &ecr.RepositoryArgs{
		Name:               pulumi.String(args.Name),
		ImageTagMutability: pulumi.String("IMMUTABLE"),
		ImageScanningConfiguration: ecr.RepositoryImageScanningConfigurationArgs{
			ScanOnPush: pulumi.Bool(true),
		},
		ForceDelete: pulumi.Bool(!args.ProtectData),
		Tags:        tags.Named(args.Tags, args.Name),
	}, pulumi.Parent(c))
	if err != nil {
		return fmt.Errorf("repository: %w", err)
	}
	policy, err := json.Marshal(keepNewest(keepImages))
	if err != nil {
		return fmt.Errorf("repository's lifecycle: %w", err)
	}
	_, err = ecr.NewLifecyclePolicy(ctx, name, &ecr.LifecyclePolicyArgs{
		Repository: repository.Name,
		Policy:     pulumi.String(policy),
	}, pulumi.Parent(c))
	if err != nil {
		return fmt.Errorf("repository's lifecycle: %w", err)
	}
	c.RepositoryURL, c.RepositoryARN, c.registryID = repository.RepositoryUrl, repository.Arn, repository.RegistryId
	return nil
}

// lifecycle is ECR's policy document:
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html.
type lifecycle struct {
	Rules []lifecycleRule `json:"rules"`
}

type lifecycleRule struct {
	RulePriority int             `json:"rulePriority"`
	Description  string          `json:"description"`
	Selection    selection       `json:"selection"`
	Action       lifecycleAction `json:"action"`
}

type selection struct {
	TagStatus   string `json:"tagStatus"`
	CountType   string `json:"countType"`
	CountNumber int    `json:"countNumber"`
}

type lifecycleAction struct {
	Type string `json:"type"`
}

func keepNewest(count int) lifecycle {
	return lifecycle{Rules: []lifecycleRule{{
		RulePriority: 1,
		Description:  fmt.Sprintf("Keep the newest %d images", count),
		Selection:    selection{TagStatus: "any", CountType: "imageCountMoreThan", CountNumber: count},
		Action:       lifecycleAction{Type: "expire"},
	}}}
}
