package aws

import (
	"cmp"
	"context"
	"regexp"
	"slices"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/services/ecr"
	"crosscloud/infra/twin/state"
)

type repositoryArgs struct {
	Name                       string                    `json:"name"`
	ImageTagMutability         string                    `json:"imageTagMutability,omitempty"`
	ImageScanningConfiguration *imageScanning            `json:"imageScanningConfiguration,omitempty"`
	EncryptionConfigurations   []encryptionConfiguration `json:"encryptionConfigurations,omitempty"`
	ForceDelete                *bool                     `json:"forceDelete,omitempty"`
	Tags                       map[string]string         `json:"tags,omitempty"`
}

type imageScanning struct {
	ScanOnPush bool `json:"scanOnPush"`
}

type encryptionConfiguration struct {
	EncryptionType string `json:"encryptionType,omitempty"`
}

// repository is what the provider shows; the registry reads the state.Repository of the same name.
type repository struct {
	repositoryArgs
	ARN           string `json:"arn"`
	RegistryID    string `json:"registryId"`
	RepositoryURL string `json:"repositoryUrl"`
}

const repositoryForm = `(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*`

var repositoryName = regexp.MustCompile("^" + repositoryForm + "$")

// immutable is the mutability under which a tag can be pushed once.
const immutable = "IMMUTABLE"

func (a *account) repositoryKind() cloud.Resource {
	return tagged(ecrTags, cloud.Kind[repositoryArgs, repository]{
		Token:    "aws:ecr/repository:Repository",
		Replace:  []string{"name", "encryptionConfigurations"},
		Keep:     []string{"imageScanningConfiguration"},
		Autoname: "name",
		Stable:   []string{"arn", "registryId", "repositoryUrl"},
		Normalize: func(_ string, in repositoryArgs) repositoryArgs {
			if in.ImageTagMutability == "" {
				in.ImageTagMutability = "MUTABLE"
			}
			in.ForceDelete = orDefault(in.ForceDelete, false)
			if in.ImageScanningConfiguration == nil {
				in.ImageScanningConfiguration = &imageScanning{}
			}
			if in.EncryptionConfigurations = slices.Clone(in.EncryptionConfigurations); len(in.EncryptionConfigurations) == 0 {
				in.EncryptionConfigurations = make([]encryptionConfiguration, 1)
			}
			for i, c := range in.EncryptionConfigurations {
				in.EncryptionConfigurations[i].EncryptionType = cmp.Or(c.EncryptionType, "AES256")
			}
			return in
		},
		Check: func(in repositoryArgs) []cloud.Failure {
			var f failures
			f.oneOf("imageTagMutability", in.ImageTagMutability, "MUTABLE", immutable)
			for _, c := range in.EncryptionConfigurations {
				f.oneOf("encryptionConfigurations[0].encryptionType", c.EncryptionType, "AES256")
			}
			return f
		},
		Create: func(_ context.Context, _ string, in repositoryArgs) (string, repository, error) {
			out := repository{
				repositoryArgs: in, ARN: a.arn("ecr", "repository/"+in.Name), RegistryID: a.env.Account,
				RepositoryURL: ecr.Host(a.env.Account, a.env.Region) + "/" + in.Name,
			}
			return in.Name, out, a.locked(func() error {
				if err := checkRepositoryName(in.Name); err != nil {
					return err
				}
				if _, err := get[repository](a, in.Name); err == nil {
					return refuse("RepositoryAlreadyExistsException", "The repository with name '%s' already exists in the registry with id '%s'", in.Name, a.env.Account)
				}
				if err := put(a, in.Name, out); err != nil {
					return err
				}
				return put(a, in.Name, state.Repository{
					Name: in.Name, ImmutableTags: in.ImageTagMutability == immutable,
				})
			})
		},
		Read: read[repository](a),
		Update: func(_ context.Context, id string, old repository, in repositoryArgs) (repository, error) {
			old.repositoryArgs = in
			if err := rewrite(a, id, old); err != nil {
				return old, err
			}
			return old, state.Update(a.env.Store, id, func(v state.Repository, err error) (state.Repository, error) {
				v.ImmutableTags = in.ImageTagMutability == immutable
				return v, err
			})
		},
		Delete: func(_ context.Context, id string, old repository) error {
			return a.locked(func() error { return a.deleteRepository(id, or(old.ForceDelete, false)) })
		},
	}, func(in repositoryArgs) map[string]string { return in.Tags })
}

// checkRepositoryName is ECR's check; the AWS provider has none.
func checkRepositoryName(name string) error {
	constraint := ""
	switch {
	case len(name) < 2:
		constraint = "must have length greater than or equal to 2"
	case len(name) > 256:
		constraint = "must have length less than or equal to 256"
	case !repositoryName.MatchString(name):
		constraint = "must satisfy regular expression '" + repositoryForm + "'"
	default:
		return nil
	}
	return refuse("InvalidParameterException", "Invalid parameter at 'repositoryName' failed to satisfy constraint: '%s'", constraint)
}

func (a *account) deleteRepository(name string, force bool) error {
	images, err := ecr.Images(a.env.Store, name)
	if err != nil {
		return err
	}
	if len(images) > 0 && !force {
		return refuse("RepositoryNotEmptyException", "The repository with name '%s' in registry with id '%s' cannot be deleted because it still contains images",
			name, a.env.Account)
	}
	// The repository goes first, so that nothing is pushed into what is being erased.
	if err := drop[state.Repository](a, name); err != nil {
		return err
	}
	if err := ecr.Erase(a.env.Store, name); err != nil {
		return err
	}
	return remove[repository](a, name)
}
