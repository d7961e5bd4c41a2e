package aws

import (
	"context"
	"fmt"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/state"
)

type getParameterArgs struct {
	Name           string `json:"name"`
	WithDecryption *bool  `json:"withDecryption,omitempty"`
}

type getParameterResult struct {
	getParameterArgs
	ID            string `json:"id"`
	ARN           string `json:"arn"`
	Type          string `json:"type"`
	Value         string `json:"value"`
	InsecureValue string `json:"insecureValue,omitempty"`
	Version       int    `json:"version"`
}

func (a *account) getParameter() cloud.Invoke {
	return cloud.Function[getParameterArgs, getParameterResult]{
		Token:    "aws:ssm/getParameter:getParameter",
		Required: []string{"name"},
		Secret:   []string{"value"},
		Call: func(_ context.Context, in getParameterArgs) (getParameterResult, error) {
			v, err := need[state.Parameter](a, in.Name, "ParameterNotFound", "couldn't find the parameter %s")
			if err != nil {
				return getParameterResult{}, fmt.Errorf("reading SSM Parameter (%s): %w", in.Name, err)
			}
			out := getParameterResult{
				getParameterArgs: in, ID: v.Name, ARN: a.parameterARN(v.Name), Type: v.Type, Value: v.Value, Version: v.Version,
			}
			if v.Type != state.ParameterSecureString {
				out.InsecureValue = v.Value
			}
			return out, nil
		},
	}
}
