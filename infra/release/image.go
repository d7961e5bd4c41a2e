package release

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ecr"
	"github.com/pulumi/pulumi-docker-build/sdk/go/dockerbuild"
	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// ImageArgs says what to build and where to push it.
type ImageArgs struct {
	Channel *Channel
	// Context is the directory that the image is built from, with its Dockerfile and .dockerignore, relative to the
	// program's own directory. The engine starts the provider there too. An absolute path would stand in the state
	// and make the same release look different from another checkout.
	Context string
}

// Image is the app, built and pushed.
type Image struct {
	pulumi.ResourceState

	Digest    pulumi.StringOutput // "sha256:…"
	Reference pulumi.StringOutput // "REGISTRY/REPOSITORY@sha256:…"
}

// tagHashLength is how many hexadecimal digits of the content's hash stand in a tag: 64 bits, for people to compare.
const tagHashLength = 16

// NewImage builds the image whenever something that its context holds has changed, and pushes it.
//
// The tag is the hash of the content and a random suffix. The suffix is for a return to an earlier content: its first
// tag is taken, a second build has another digest, and an immutable tag refuses even the same digest
// (https://github.com/aws/containers-roadmap/issues/2380).
func NewImage(ctx *pulumi.Context, name string, args ImageArgs, opts ...pulumi.ResourceOption) (*Image, error) {
	image := &Image{}
	if err := ctx.RegisterComponentResource("crosscloud:release:Image", name, image, opts...); err != nil {
		return nil, fmt.Errorf("image %s: %w", name, err)
	}
	hash, err := contextHash(args.Context)
	if err != nil {
		return nil, fmt.Errorf("image %s: %w", name, err)
	}
	suffix, err := random.NewRandomId(ctx, name+"-tag", &random.RandomIdArgs{
		ByteLength: pulumi.Int(4),
		Keepers:    pulumi.StringMap{"content": pulumi.String(hash)},
	}, pulumi.Parent(image))
	if err != nil {
		return nil, fmt.Errorf("image %s: tag: %w", name, err)
	}
	token := ecr.GetAuthorizationTokenOutput(ctx, ecr.GetAuthorizationTokenOutputArgs{
		RegistryId: args.Channel.registryID,
	}, pulumi.Parent(image))
	built, err := dockerbuild.NewImage(ctx, name, &dockerbuild.ImageArgs{
		Context:    dockerbuild.BuildContextArgs{Location: pulumi.String(args.Context)},
		Dockerfile: dockerbuild.DockerfileArgs{Location: pulumi.String(filepath.Join(args.Context, dockerfile))},
		Platforms:  dockerbuild.PlatformArray{dockerbuild.Platform_Linux_amd64},
		Tags: pulumi.StringArray{
			pulumi.Sprintf("%s:%s-%s", args.Channel.RepositoryURL, hash[:tagHashLength], suffix.Hex),
		},
		Push: pulumi.Bool(true),
		// A preview has no repository to tag for at first, and should not take as long as an update.
		BuildOnPreview: pulumi.Bool(false),
		Registries: dockerbuild.RegistryArray{dockerbuild.RegistryArgs{
			Address: args.Channel.RepositoryURL.ApplyT(func(url string) string {
				host, _, _ := strings.Cut(url, "/")
				return host
			}).(pulumi.StringOutput),
			Username: token.UserName(),
			Password: pulumi.ToSecret(token.Password()).(pulumi.StringOutput),
		}},
		// Images are the repository's: its lifecycle and its deletion decide about them.
	}, pulumi.Parent(image), pulumi.RetainOnDelete(true))
	if err != nil {
		return nil, fmt.Errorf("image %s: %w", name, err)
	}
	image.Digest = built.Digest
	image.Reference = pulumi.Sprintf("%s@%s", args.Channel.RepositoryURL, built.Digest)
	return image, ctx.RegisterResourceOutputs(image, pulumi.Map{"digest": built.Digest})
}
