// The Pulumi program: `pulumi up` in this project's root runs it.
package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"crosscloud/infra/stack"
)

func main() {
	pulumi.Run(stack.Deploy)
}
