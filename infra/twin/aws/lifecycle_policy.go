package aws

import (
	"context"
	"encoding/json"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/state"
)

type lifecyclePolicyArgs struct {
	Repository string `json:"repository"`
	Policy     string `json:"policy"`
}

type lifecyclePolicy struct {
	lifecyclePolicyArgs
	RegistryID string `json:"registryId"`
}

// A lifecycle policy is part of its repository, whose name is its id. The twin keeps it but expires no images: the
// clouds do it within a day.
func (a *account) lifecyclePolicyKind() cloud.Resource {
	return cloud.Kind[lifecyclePolicyArgs, lifecyclePolicy]{
		Token:    "aws:ecr/lifecyclePolicy:LifecyclePolicy",
		Required: []string{"repository", "policy"},
		// A repository has one policy, so to delete the old one last would leave none.
		DeleteBeforeReplace: true,
		Normalize: func(_ string, in lifecyclePolicyArgs) lifecyclePolicyArgs {
			in.Policy = canonicalJSON(in.Policy)
			return in
		},
		Check: func(in lifecyclePolicyArgs) []cloud.Failure {
			var f failures
			f.addIf(in.Policy != "" && !json.Valid([]byte(in.Policy)), "policy", "%q contains an invalid JSON", "policy")
			return f
		},
		Create: func(_ context.Context, _ string, in lifecyclePolicyArgs) (string, lifecyclePolicy, error) {
			out := lifecyclePolicy{in, a.env.Account}
			if err := checkLifecyclePolicy(in.Policy); err != nil {
				return "", out, err
			}
			if _, err := need[state.Repository](a, in.Repository, "RepositoryNotFoundException",
				"The repository with name '%s' does not exist in the registry with id '"+a.env.Account+"'"); err != nil {
				return "", out, err
			}
			return in.Repository, out, a.setLifecyclePolicy(in.Repository, in.Policy)
		},
		Read: func(_ context.Context, id string) (lifecyclePolicy, error) {
			v, err := get[state.Repository](a, id)
			if err == nil && v.LifecyclePolicy == "" {
				err = state.ErrNotFound
			}
			return lifecyclePolicy{lifecyclePolicyArgs{id, v.LifecyclePolicy}, a.env.Account}, err
		},
		Delete: func(_ context.Context, id string, _ lifecyclePolicy) error { return a.setLifecyclePolicy(id, "") },
	}
}

// canonicalJSON gives documents that say the same in the same order the same text. What is no JSON stays as it is.
func canonicalJSON(document string) string {
	var content any
	if err := json.Unmarshal([]byte(document), &content); err != nil {
		return document
	}
	canonical, err := json.Marshal(content)
	if err != nil {
		return document
	}
	return string(canonical)
}

func (a *account) setLifecyclePolicy(repository, policy string) error {
	return state.Update(a.env.Store, repository, func(v state.Repository, err error) (state.Repository, error) {
		v.LifecyclePolicy = policy
		return v, err
	})
}

func checkLifecyclePolicy(document string) error {
	var policy struct {
		Rules []struct {
			RulePriority int `json:"rulePriority"`
			Selection    struct {
				TagStatus   string `json:"tagStatus"`
				CountType   string `json:"countType"`
				CountNumber int    `json:"countNumber"`
			} `json:"selection"`
			Action struct {
				Type string `json:"type"`
			} `json:"action"`
		} `json:"rules"`
	}
	invalid := func(why string) error {
		return refuse("InvalidParameterException", "Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: 'Lifecycle policy validation failure: %s'", why)
	}
	if err := json.Unmarshal([]byte(document), &policy); err != nil {
		return invalid(err.Error())
	}
	if len(policy.Rules) == 0 {
		return invalid("it has no rules")
	}
	seen := map[int]bool{}
	for _, r := range policy.Rules {
		switch {
		case r.RulePriority < 1 || seen[r.RulePriority]:
			return invalid("rulePriority must be unique and at least 1")
		case r.Selection.TagStatus != "tagged" && r.Selection.TagStatus != "untagged" && r.Selection.TagStatus != "any":
			return invalid("tagStatus must be tagged, untagged or any")
		case r.Selection.CountType != "imageCountMoreThan" && r.Selection.CountType != "sinceImagePushed":
			return invalid("countType must be imageCountMoreThan or sinceImagePushed")
		case r.Selection.CountNumber < 1:
			return invalid("countNumber must be at least 1")
		case r.Action.Type != "expire":
			return invalid("action type must be expire")
		}
		seen[r.RulePriority] = true
	}
	return nil
}
