package aws

import (
	"context"

	"crosscloud/infra/twin/cloud"
)

type getCallerIdentityResult struct {
	ID        string `json:"id"`
	AccountID string `json:"accountId"`
	ARN       string `json:"arn"`
	UserID    string `json:"userId"`
}

func (a *account) getCallerIdentity() cloud.Invoke {
	return cloud.Function[struct{}, getCallerIdentityResult]{
		Token: "aws:index/getCallerIdentity:getCallerIdentity",
		Call: func(context.Context, struct{}) (getCallerIdentityResult, error) {
			return getCallerIdentityResult{
				ID: a.env.Account, AccountID: a.env.Account, ARN: a.arn("iam", "user/operator"), UserID: "operator",
			}, nil
		},
	}
}
