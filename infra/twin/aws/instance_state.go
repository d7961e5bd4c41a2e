package aws

import (
	"context"
	"errors"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/state"
)

type instanceStateArgs struct {
	Instance string `json:"instanceId"`
	State    string `json:"state"`
	Force    *bool  `json:"force,omitempty"`
}

type instanceState struct{ instanceStateArgs }

// An instance's power state is a resource of its own. To delete it leaves the instance as it is.
func (a *account) instanceStateKind() cloud.Resource {
	return cloud.Kind[instanceStateArgs, instanceState]{
		Token:    "aws:ec2transitgateway/instanceState:InstanceState",
		Required: []string{"instanceId", "state"},
		Replace:  []string{"instanceId"},
		Normalize: func(_ string, in instanceStateArgs) instanceStateArgs {
			in.Force = orDefault(in.Force, false)
			return in
		},
		Check: func(in instanceStateArgs) []cloud.Failure {
			var f failures
			f.oneOf("state", in.State, running, stopped)
			return f
		},
		Create: func(ctx context.Context, _ string, in instanceStateArgs) (string, instanceState, error) {
			return in.Instance, instanceState{in}, a.locked(func() error {
				if _, err := a.needInstance(in.Instance); err != nil {
					return err
				}
				if err := a.power(ctx, in.Instance, in.State == running); err != nil {
					return err
				}
				return put(a, in.Instance, instanceState{in})
			})
		},
		Read: func(ctx context.Context, id string) (instanceState, error) {
			out, err := get[instanceState](a, id)
			switch {
			case errors.Is(err, state.ErrNotFound):
				out.Instance = id // it is being imported
			case err != nil:
				return out, err
			}
			status, err := a.env.Machines.Status(ctx, id)
			if err != nil {
				return out, err
			}
			switch {
			case !status.Exists:
				return out, state.ErrNotFound
			case status.Running:
				out.State = running
			default:
				out.State = stopped
			}
			return out, nil
		},
		Update: func(ctx context.Context, id string, _ instanceState, in instanceStateArgs) (instanceState, error) {
			return instanceState{in}, a.locked(func() error {
				if err := a.power(ctx, id, in.State == running); err != nil {
					return err
				}
				return put(a, id, instanceState{in})
			})
		},
		Delete: func(_ context.Context, id string, _ instanceState) error { return remove[instanceState](a, id) },
	}
}

func (a *account) needInstance(id string) (instance, error) {
	return need[instance](a, id, "InvalidInstanceID.NotFound", "The instance ID '%s' does not exist")
}
