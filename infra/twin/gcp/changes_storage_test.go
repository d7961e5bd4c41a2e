package gcp

import "crosscloud/infra/twin/cloud/cloudtest"

func bucketChanges(project) cloudtest.Kind {
	const silent = "the program says nothing any more"
	return cloudtest.Kind{
		Source: terraform + "storage_bucket",
		Args:   bucketArgs(nil),
		Changes: []cloudtest.Change{
			cloudtest.InPlace("forceDestroy", true),
			cloudtest.InPlace("labels", object{"part": "other"}),
			cloudtest.Replaces("location", "US"),
			cloudtest.Replaces("name", "todo-other"),
			cloudtest.Replaces("project", elsewhere),
			cloudtest.InPlace("publicAccessPrevention", "inherited"),
			cloudtest.Ignored("publicAccessPrevention", nil).When(silent),
			cloudtest.InPlace("softDeletePolicy.retentionDurationSeconds", 604800),
			cloudtest.InPlace("storageClass", "NEARLINE"),
			cloudtest.InPlace("uniformBucketLevelAccess", false),
			cloudtest.Ignored("uniformBucketLevelAccess", nil).When(silent),
		},
	}
}

func bucketMemberChanges(p project) cloudtest.Kind {
	p.MustUp(bucketToken, "status", bucketArgs(nil))
	p.MustUp(bucketToken, "other", bucketArgs(object{"name": "todo-other"}))
	return cloudtest.Kind{
		Source: terraform + "storage_bucket_iam",
		Args:   object{"bucket": "todo-status", "role": "roles/storage.objectUser", "member": "serviceAccount:" + email},
		Changes: []cloudtest.Change{
			cloudtest.Replaces("bucket", "todo-other"),
			cloudtest.Ignored("bucket", "b/todo-status").When("it is spelled in another way"),
			cloudtest.Replaces("member", "user:a@example.com"),
			cloudtest.Replaces("role", "roles/storage.objectViewer"),
		},
	}
}

func objectChanges(p project) cloudtest.Kind {
	p.MustUp(bucketToken, "status", bucketArgs(nil))
	p.MustUp(bucketToken, "other", bucketArgs(object{"name": "todo-other"}))
	return cloudtest.Kind{
		Source: "https://github.com/GoogleCloudPlatform/magic-modules/pull/10038",
		Args:   objectArgs(nil),
		Changes: []cloudtest.Change{
			cloudtest.Replaces("bucket", "todo-other"),
			cloudtest.InPlace("content", "[]"),
			cloudtest.Replaces("contentType", "text/html"),
			cloudtest.Ignored("contentType", nil).When("the program says nothing any more"),
			cloudtest.InPlace("detectMd5hash", "different hash"),
			cloudtest.Replaces("name", "other.json"),
		},
	}
}
