package aws

import (
	"context"
	"time"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/state"
)

type instanceProfileArgs struct {
	Name string            `json:"name"`
	Role string            `json:"role,omitempty"`
	Tags map[string]string `json:"tags,omitempty"`
}

type instanceProfile struct {
	instanceProfileArgs
	ARN        string `json:"arn"`
	UniqueID   string `json:"uniqueId"`
	CreateDate string `json:"createDate"`
}

func (a *account) instanceProfileKind() cloud.Resource {
	return tagged(iamTags, cloud.Kind[instanceProfileArgs, instanceProfile]{
		Token:    "aws:iam/instanceProfile:InstanceProfile",
		Replace:  []string{"name"},
		Autoname: "name",
		Stable:   []string{"arn", "uniqueId", "createDate"},
		Check: func(in instanceProfileArgs) []cloud.Failure {
			var f failures
			f.iamName("name", in.Name, 128)
			return f
		},
		Create: func(_ context.Context, _ string, in instanceProfileArgs) (string, instanceProfile, error) {
			now := a.now().UTC()
			v := state.InstanceProfile{
				Name: in.Name, ID: uniqueID("AIPA"), ARN: a.arn("iam", "instance-profile/"+in.Name),
				Role: in.Role, RoleHistory: state.History{}.Replace("", in.Role, now), Tags: in.Tags, Created: now,
			}
			return in.Name, showProfile(v), a.locked(func() error {
				if _, err := get[state.InstanceProfile](a, in.Name); err == nil {
					return refuse("EntityAlreadyExists", "Instance Profile %s already exists.", in.Name)
				}
				if err := a.assumable(in.Role); err != nil {
					return err
				}
				return put(a, in.Name, v)
			})
		},
		Read: func(_ context.Context, id string) (instanceProfile, error) {
			v, err := get[state.InstanceProfile](a, id)
			return showProfile(v), err
		},
		Update: func(_ context.Context, id string, _ instanceProfile, in instanceProfileArgs) (instanceProfile, error) {
			var out instanceProfile
			err := a.locked(func() error {
				if err := a.assumable(in.Role); err != nil {
					return err
				}
				return state.Update(a.env.Store, id, func(v state.InstanceProfile, err error) (state.InstanceProfile, error) {
					v.RoleHistory = v.RoleHistory.Replace(v.Role, in.Role, a.now().UTC())
					v.Role, v.Tags = in.Role, in.Tags
					out = showProfile(v)
					return v, err
				})
			})
			return out, err
		},
		Delete: func(_ context.Context, id string, _ instanceProfile) error {
			return remove[state.InstanceProfile](a, id)
		},
	}, func(in instanceProfileArgs) map[string]string { return in.Tags })
}

// assumable wants the role to exist; a profile may also have none.
func (a *account) assumable(name string) error {
	if name == "" {
		return nil
	}
	_, err := a.needRole(name)
	return err
}

func showProfile(v state.InstanceProfile) instanceProfile {
	return instanceProfile{
		instanceProfileArgs: instanceProfileArgs{Name: v.Name, Role: v.Role, Tags: v.Tags},
		ARN:                 v.ARN, UniqueID: v.ID, CreateDate: v.Created.Format(time.RFC3339),
	}
}
