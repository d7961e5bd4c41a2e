package ssm

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"crosscloud/infra/twin/services/awsauth"
	"crosscloud/infra/twin/state"
)

const (
	// The sizes are those that Parameter Store documents for its two tiers, in characters.
	maxStandard = 4096
	maxAdvanced = 8192
	maxName     = 1011
	maxLevels   = 15
)

// The tiers of Parameter Store that the twin knows.
const (
	TierStandard = "Standard"
	TierAdvanced = "Advanced"
)

// nested is what Parameter Store takes in a value for the name of another parameter.
var nested = regexp.MustCompile(`(?s)\{\{.*\}\}`)

var nameForm = regexp.MustCompile(`^[a-zA-Z0-9_.\-/]+$`)

type putParameter struct {
	Name, Value, Type, Tier, Description, DataType string
	KeyID                                          string `json:"KeyId"`
	Overwrite                                      bool
	Tags                                           []struct{ Key, Value string }
}

func (s *Server) put(c awsauth.Caller, in putParameter) (any, error) {
	if err := CheckName(in.Name); err != nil {
		return nil, err
	}
	if err := s.verifier.Authorize(c, "ssm:PutParameter", s.arn(in.Name)); err != nil {
		return nil, err
	}
	if in.KeyID != "" && in.KeyID != "alias/aws/ssm" {
		return nil, &failure{"InvalidKeyId", "The twin has no KMS key but alias/aws/ssm."}
	}
	if in.Overwrite && len(in.Tags) > 0 {
		return nil, &failure{"ValidationException", "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource."}
	}
	var out struct {
		Tier    string
		Version int
	}
	err := state.Update(s.store, in.Name, func(p state.Parameter, err error) (state.Parameter, error) {
		exists := !errors.Is(err, state.ErrNotFound)
		if exists && !in.Overwrite {
			return p, &failure{"ParameterAlreadyExists", "The parameter already exists. To overwrite this value, set the overwrite option in the request to true."}
		}
		if !exists && in.Type == "" {
			return p, &failure{"ValidationException", "A parameter type is required when you create a parameter."}
		}
		next, err := in.apply(p)
		if err != nil {
			return p, err
		}
		next.Version++
		next.Modified = s.now().UTC()
		out.Tier, out.Version = next.Tier, next.Version
		return next, nil
	})
	return out, err
}

// apply checks the request against the parameter as it is, which is empty for a new one, and returns what it becomes.
func (in putParameter) apply(p state.Parameter) (state.Parameter, error) {
	if in.Type != "" {
		if err := CheckType(p.Type, in.Type); err != nil {
			return p, err
		}
		p.Type = in.Type
	}
	if !slices.Contains([]string{state.ParameterString, state.ParameterStringList, state.ParameterSecureString}, p.Type) {
		return p, &failure{"UnsupportedParameterType", fmt.Sprintf("The parameter type %s is not supported.", p.Type)}
	}
	if in.DataType != "" && in.DataType != "text" {
		return p, invalid("dataType", "the twin knows the data type text")
	}
	switch {
	case in.Tier == "" && p.Tier == "":
		p.Tier = TierStandard
	case in.Tier == TierStandard && p.Tier == TierAdvanced:
		return p, &failure{"ValidationException", "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier to the standard-parameter tier."}
	case in.Tier == TierStandard || in.Tier == TierAdvanced:
		p.Tier = in.Tier
	case in.Tier != "":
		return p, invalid("tier", "the twin knows Standard and Advanced")
	}
	if err := CheckValue(in.Value, p.Tier); err != nil {
		return p, err
	}
	p.Name, p.Value, p.DataType = in.Name, in.Value, "text"
	if in.Description != "" {
		p.Description = in.Description
	}
	for _, tag := range in.Tags {
		if p.Tags == nil {
			p.Tags = map[string]string{}
		}
		p.Tags[tag.Key] = tag.Value
	}
	return p, nil
}

// CheckName refuses the names that Parameter Store refuses.
func CheckName(name string) error {
	lower := strings.ToLower(strings.TrimPrefix(name, "/"))
	switch {
	case name == "" || len(name) > maxName:
		return invalid("name", fmt.Sprintf("Member must have length between 1 and %d", maxName))
	case !nameForm.MatchString(name) || strings.HasPrefix(lower, "ssm"):
		return &failure{"ValidationException", "Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_"}
	case strings.HasPrefix(lower, "aws"):
		return &failure{"AccessDeniedException", fmt.Sprintf("No access to reserved parameter name: %s.", strings.TrimPrefix(name, "/"))}
	case strings.Contains(name, "/") && !strings.HasPrefix(name, "/"):
		return &failure{"ValidationException", "Parameter name must be a fully qualified name."}
	case strings.HasSuffix(name, "/") || strings.Contains(name, "//"):
		return &failure{"ValidationException", "Parameter name: a path has a word between any two slashes and none at its end."}
	case strings.Count(name, "/") > maxLevels:
		return &failure{"HierarchyLevelLimitExceededException", fmt.Sprintf("A parameter name can have at most %d levels.", maxLevels)}
	}
	return nil
}

// CheckType refuses a type for a parameter that has another; a new parameter has the empty one.
func CheckType(before, after string) error {
	if before == "" || before == after {
		return nil
	}
	return &failure{"HierarchyTypeMismatchException", "Parameter Store does not support changing a parameter type in a hierarchy. For example, you can't change a parameter from a String type to a SecureString type. You must create a new, unique parameter."}
}

// CheckValue refuses the values that Parameter Store refuses in a tier; an empty tier is the standard one.
func CheckValue(value, tier string) error {
	length := len([]rune(value))
	switch {
	case length == 0:
		return invalid("value", "Member must have length greater than or equal to 1")
	case nested.MatchString(value):
		return &failure{"ValidationException", `Parameter value can't nest another parameter. Do not use "{{}}" in the value.`}
	case tier != TierAdvanced && length > maxStandard:
		return &failure{"ValidationException", fmt.Sprintf("Standard tier parameters support a maximum parameter value of %d characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html", maxStandard)}
	case length > maxAdvanced:
		return &failure{"ValidationException", fmt.Sprintf("Advanced tier parameters support a maximum parameter value of %d characters.", maxAdvanced)}
	}
	return nil
}

func invalid(member, reason string) error {
	return &failure{"ValidationException", fmt.Sprintf("1 validation error detected: Value at '%s' failed to satisfy constraint: %s", member, reason)}
}
