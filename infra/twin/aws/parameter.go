package aws

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/services/ssm"
	"crosscloud/infra/twin/state"
)

type parameterArgs struct {
	Name          string            `json:"name"`
	Type          string            `json:"type"`
	Value         string            `json:"value,omitempty"`
	InsecureValue string            `json:"insecureValue,omitempty"`
	Tier          string            `json:"tier,omitempty"`
	Description   string            `json:"description,omitempty"`
	Overwrite     *bool             `json:"overwrite,omitempty"`
	Tags          map[string]string `json:"tags,omitempty"`
}

type parameter struct {
	parameterArgs
	ARN      string `json:"arn"`
	DataType string `json:"dataType"`
	Version  int    `json:"version"`
}

// A parameter's value and version are in its state.Parameter, which hosts write, too; the record here has what only the
// provider knows.
func (a *account) parameterKind() cloud.Resource {
	return tagged(ssmTags, cloud.Kind[parameterArgs, parameter]{
		Token:    "aws:ssm/parameter:Parameter",
		Required: []string{"type"},
		OneOf:    [][]string{{"value", "insecureValue"}},
		Replace:  []string{"name"},
		ReplaceIf: func(old parameter, in parameterArgs) []string {
			if old.Tier == ssm.TierAdvanced && in.Tier == ssm.TierStandard {
				return []string{"tier"} // a parameter can't be downgraded
			}
			return nil
		},
		Keep:     []string{"tier"},
		Autoname: "name",
		Secret:   []string{"value"},
		Stable:   []string{"arn", "dataType"},
		Normalize: func(_ string, in parameterArgs) parameterArgs {
			in.Overwrite = orDefault(in.Overwrite, false)
			return in
		},
		Check: checkParameter,
		Create: func(_ context.Context, _ string, in parameterArgs) (string, parameter, error) {
			out, err := a.putParameter(in, or(in.Overwrite, false))
			return in.Name, out, err
		},
		Read: func(_ context.Context, id string) (parameter, error) {
			shared, err := get[state.Parameter](a, id)
			if err != nil {
				return parameter{}, err
			}
			own, err := get[parameterArgs](a, id)
			if err != nil && !errors.Is(err, state.ErrNotFound) {
				return parameter{}, err
			}
			return a.showParameter(own, shared), nil
		},
		Update: func(_ context.Context, id string, old parameter, in parameterArgs) (parameter, error) {
			if old.parameterArgs.sameButTags(in) {
				return a.retagParameter(id, in)
			}
			return a.putParameter(in, true)
		},
		Delete: func(_ context.Context, id string, _ parameter) error {
			return errors.Join(drop[parameterArgs](a, id), drop[state.Parameter](a, id))
		},
	}, func(in parameterArgs) map[string]string { return in.Tags })
}

// intelligentTiering leaves the choice between the two tiers to Parameter Store.
const intelligentTiering = "Intelligent-Tiering"

func checkParameter(in parameterArgs) []cloud.Failure {
	var f failures
	f.oneOf("type", in.Type, state.ParameterString, state.ParameterStringList, state.ParameterSecureString)
	f.addIf(in.Type == state.ParameterStringList, "type", "the twin does not know the type StringList")
	f.oneOf("tier", in.Tier, ssm.TierStandard, ssm.TierAdvanced, intelligentTiering)
	f.addIf(in.Tier == intelligentTiering, "tier", "the twin does not know the tier %s", intelligentTiering)
	f.addIf(in.Type == state.ParameterSecureString && in.InsecureValue != "", "insecureValue", "invalid configuration, cannot set type = SecureString and insecure_value")
	f.length("description", in.Description, 1024)
	return f
}

// putParameter writes a value and so makes a version, as Systems Manager's call of this name does.
func (a *account) putParameter(in parameterArgs, overwrite bool) (parameter, error) {
	value := in.Value + in.InsecureValue
	if err := errors.Join(ssm.CheckName(in.Name), ssm.CheckValue(value, in.Tier)); err != nil {
		return parameter{}, fmt.Errorf("parameter %s: %w", in.Name, err)
	}
	var out parameter
	err := state.Update(a.env.Store, in.Name, func(v state.Parameter, err error) (state.Parameter, error) {
		if err == nil && !overwrite {
			return v, refuse("ParameterAlreadyExists", "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.")
		}
		if err := ssm.CheckType(v.Type, in.Type); err != nil {
			return v, fmt.Errorf("parameter %s: %w", in.Name, err)
		}
		v.Name, v.Type, v.Value, v.Description, v.Tags = in.Name, in.Type, value, in.Description, in.Tags
		v.Tier, v.DataType = ssm.TierStandard, "text"
		if in.Tier != "" {
			v.Tier = in.Tier
		}
		v.Version++
		v.Modified = a.now().UTC()
		out = a.showParameter(in, v)
		return v, nil
	})
	if err != nil {
		return parameter{}, err
	}
	return out, put(a, in.Name, in)
}

// sameButTags says whether a change needs no new version.
func (in parameterArgs) sameButTags(other parameterArgs) bool {
	return in.Type == other.Type && in.Value == other.Value && in.InsecureValue == other.InsecureValue &&
		in.Tier == other.Tier && in.Description == other.Description
}

func (a *account) retagParameter(id string, in parameterArgs) (parameter, error) {
	var out parameter
	err := state.Update(a.env.Store, id, func(v state.Parameter, err error) (state.Parameter, error) {
		v.Tags = maps.Clone(in.Tags)
		out = a.showParameter(in, v)
		return v, err
	})
	if err != nil {
		return parameter{}, err
	}
	return out, put(a, id, in)
}

// showParameter shows a parameter as it is, in the terms of its arguments.
func (a *account) showParameter(in parameterArgs, v state.Parameter) parameter {
	in.Name, in.Type, in.Description, in.Tags = v.Name, v.Type, v.Description, v.Tags
	if in.InsecureValue != "" && v.Type != state.ParameterSecureString {
		in.Value, in.InsecureValue = "", v.Value
	} else {
		in.Value, in.InsecureValue = v.Value, ""
	}
	if in.Tier != "" {
		in.Tier = v.Tier
	}
	return parameter{parameterArgs: in, ARN: a.parameterARN(v.Name), DataType: v.DataType, Version: v.Version}
}

func (a *account) parameterARN(name string) string {
	return a.arn("ssm", "parameter/"+strings.TrimPrefix(name, "/"))
}
