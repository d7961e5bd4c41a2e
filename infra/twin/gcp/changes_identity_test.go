package gcp

import "crosscloud/infra/twin/cloud/cloudtest"

func serviceChanges(project) cloudtest.Kind {
	return cloudtest.Kind{
		Source: terraform + "google_project_service",
		Args:   object{"service": "secretmanager.googleapis.com"},
		Changes: []cloudtest.Change{
			cloudtest.InPlace("disableOnDestroy", false),
			cloudtest.Replaces("project", elsewhere),
			cloudtest.Replaces("service", "storage.googleapis.com"),
		},
	}
}

func accountChanges(project) cloudtest.Kind {
	return cloudtest.Kind{
		Source: terraform + "google_service_account",
		Args:   object{"accountId": "some-host"},
		Changes: []cloudtest.Change{
			cloudtest.Replaces("accountId", "other-host"),
			cloudtest.InPlace("description", "x"),
			cloudtest.Refused("disabled", true, "the twin's service accounts are always enabled"),
			cloudtest.InPlace("displayName", "x"),
			cloudtest.Replaces("project", elsewhere),
		},
	}
}

func secretChanges(project) cloudtest.Kind {
	return cloudtest.Kind{
		Source: terraform + "secret_manager_secret",
		Args:   object{"secretId": "key", "replication": replicas},
		// A secret of the same name can't be made before the old one has gone; the program has to ask for that.
		Changes: []cloudtest.Change{
			cloudtest.InPlace("labels", object{"part": "database"}),
			cloudtest.Replaces("project", elsewhere),
			cloudtest.Replaces("replication.userManaged.replicas[*].location", "us-west1").And("secretId", "key2"),
			cloudtest.Replaces("secretId", "key2"),
		},
	}
}

func versionChanges(p project) cloudtest.Kind {
	secret := func(id string) string {
		return p.MustUp(secretToken, id, object{"secretId": id, "replication": replicas}).ID
	}
	return cloudtest.Kind{
		Source: terraform + "secret_manager_secret_version",
		Args:   object{"secret": secret("key"), "secretData": "one"},
		Changes: []cloudtest.Change{
			cloudtest.InPlace("enabled", false),
			cloudtest.Replaces("secret", secret("key2")),
			cloudtest.Replaces("secretData", "two"),
		},
	}
}

func readerChanges(p project) cloudtest.Kind {
	secret := func(id, project string) string {
		return p.MustUp(secretToken, id+project, object{"secretId": id, "project": project, "replication": replicas}).ID
	}
	here := secret("key", "my-project-123")
	secret("key", elsewhere)
	return cloudtest.Kind{
		Source: terraform + "secret_manager_secret_iam",
		Args:   object{"secretId": here, "role": "roles/secretmanager.secretAccessor", "member": "serviceAccount:" + email},
		Changes: []cloudtest.Change{
			cloudtest.Replaces("member", "user:a@example.com"),
			cloudtest.Replaces("project", elsewhere).With("secretId", "key"),
			cloudtest.Replaces("role", "roles/secretmanager.viewer"),
			cloudtest.Replaces("secretId", secret("key2", "my-project-123")),
			cloudtest.Ignored("secretId", "key").When("it is spelled in another way"),
		},
	}
}
