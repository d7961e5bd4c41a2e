package database

import (
	"fmt"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/secretmanager"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/serviceaccount"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// identity is who the VM is, and the one secret that it may read.
type identity struct {
	email            pulumi.StringOutput
	serverKeyVersion pulumi.StringOutput // "projects/P/secrets/S/versions/N"
	grant            pulumi.Resource     // the permission to read it
}

func newIdentity(ctx *pulumi.Context, db *Database, serverKey pulumi.StringOutput) (*identity, error) {
	account, err := serviceaccount.NewAccount(ctx, db.name+"-identity", &serviceaccount.AccountArgs{
		AccountId:   pulumi.String(physicalName(ctx.Project(), ctx.Stack(), "db")),
		DisplayName: pulumi.Sprintf("Database host of %s %s", ctx.Project(), ctx.Stack()),
		Description: pulumi.String("Reads the key of the database's TLS certificate, and writes its own status"),
	}, db.options()...)
	if err != nil {
		return nil, fmt.Errorf("create the database host's service account: %w", err)
	}
	secret, err := secretmanager.NewSecret(ctx, db.name+"-server-key-secret", &secretmanager.SecretArgs{
		SecretId: pulumi.String(physicalName(ctx.Project(), ctx.Stack(), "db-tls-key")),
		Replication: secretmanager.SecretReplicationArgs{
			// In the one region that the VM is in.
			UserManaged: secretmanager.SecretReplicationUserManagedArgs{
				Replicas: secretmanager.SecretReplicationUserManagedReplicaArray{
					secretmanager.SecretReplicationUserManagedReplicaArgs{Location: pulumi.String(db.args.Region)},
				},
			},
		},
		Labels: labels(ctx),
		// In another region it is another secret, of the same name.
	}, db.options(pulumi.DeleteBeforeReplace(true))...)
	if err != nil {
		return nil, fmt.Errorf("create the secret of the server's key: %w", err)
	}
	version, err := secretmanager.NewSecretVersion(ctx, db.name+"-server-key-version", &secretmanager.SecretVersionArgs{
		Secret:     secret.ID(),
		SecretData: pulumi.ToSecret(serverKey).(pulumi.StringOutput),
	}, db.options()...)
	if err != nil {
		return nil, fmt.Errorf("store the server's key: %w", err)
	}
	grant, err := secretmanager.NewSecretIamMember(ctx, db.name+"-server-key-reader", &secretmanager.SecretIamMemberArgs{
		SecretId: secret.ID(),
		Role:     pulumi.String("roles/secretmanager.secretAccessor"),
		Member:   pulumi.Sprintf("serviceAccount:%s", account.Email),
	}, db.options()...)
	if err != nil {
		return nil, fmt.Errorf("let the database host read the server's key: %w", err)
	}
	return &identity{email: account.Email, serverKeyVersion: version.Name, grant: grant}, nil
}
