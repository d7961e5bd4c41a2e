package aws

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/johannesboyne/gofakes3"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/state"
)

// account is what the kinds share.
type account struct {
	env cloud.Env
	now func() time.Time
	// patience is how long a deletion waits for what uses the resource to go. The AWS provider asks again for minutes.
	patience time.Duration
	// objects opens the object store, once: opening it twice at a time fails.
	objects func() (gofakes3.Backend, error)
	// mu makes calls of EC2 atomic: the engine creates and deletes many resources at a time.
	mu sync.Mutex
}

func newAccount(env cloud.Env) *account {
	return &account{
		env: env, now: time.Now, patience: 20 * time.Second,
		objects: sync.OnceValues(func() (gofakes3.Backend, error) { return state.Objects(env.Store) }),
	}
}

func get[T any](a *account, id string) (T, error) { return state.Get[T](a.env.Store, id) }

func put[T any](a *account, id string, v T) error { return state.Put(a.env.Store, id, v) }

// rewrite changes a record that exists. What was deleted behind Pulumi's back is not to come back half.
func rewrite[T any](a *account, id string, v T) error {
	if _, err := get[T](a, id); err != nil {
		return err
	}
	return put(a, id, v)
}

func remove[T any](a *account, id string) error { return state.Delete[T](a.env.Store, id) }

// drop is remove where it does not matter whether there was anything.
func drop[T any](a *account, id string) error {
	if err := remove[T](a, id); !errors.Is(err, state.ErrNotFound) {
		return err
	}
	return nil
}

// read returns the Read of a kind whose outputs are all in its record.
func read[T any](a *account) func(context.Context, string) (T, error) {
	return func(_ context.Context, id string) (T, error) { return get[T](a, id) }
}

// where lists the records for which keep holds, by id.
func where[T any](a *account, keep func(T) bool) (map[string]T, error) {
	all, err := state.List[T](a.env.Store)
	for id, v := range all {
		if !keep(v) {
			delete(all, id)
		}
	}
	return all, err
}

// need returns a record that another resource refers to, or refuses with the code and the message, which names the id.
func need[T any](a *account, id, code, message string) (T, error) {
	v, err := get[T](a, id)
	if errors.Is(err, state.ErrNotFound) || id == "" {
		return v, refuse(code, message, id)
	}
	return v, err
}

// refusal is an answer of AWS to a call that it does not carry out.
type refusal struct {
	code, message string
	inUse         bool
}

func (r *refusal) Error() string { return "api error " + r.code + ": " + r.message }

func refuse(code, format string, args ...any) error {
	return &refusal{code: code, message: fmt.Sprintf(format, args...)}
}

// refuseInUse refuses to delete what is in use. AWS has no one code for that.
func refuseInUse(code, format string, args ...any) error {
	return &refusal{code: code, message: fmt.Sprintf(format, args...), inUse: true}
}

// whenFree deletes as soon as nothing uses the resource any more, or gives AWS's reason why it could not.
func (a *account) whenFree(ctx context.Context, del func() error) error {
	until := time.Now().Add(a.patience)
	for {
		err := a.locked(del)
		if r, ok := errors.AsType[*refusal](err); !ok || !r.inUse || time.Now().After(until) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func (a *account) locked(do func() error) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return do()
}

func hexadecimal(digits int) string {
	b := make([]byte, digits/2)
	rand.Read(b) // never fails: it ends the program first
	return hex.EncodeToString(b)
}

// uniqueID is an id of IAM's form: AROA and the like, then 17 letters and digits.
func uniqueID(prefix string) string {
	b := make([]byte, 11)
	rand.Read(b)
	return prefix + strings.TrimRight(base32.StdEncoding.EncodeToString(b), "=")[:17]
}

// id makes an identifier of EC2's long form.
func id(prefix string) string { return prefix + "-0" + hexadecimal(16) }

func (a *account) arn(service, resource string) string {
	region, account := a.env.Region, a.env.Account
	switch service {
	case "iam":
		region = ""
	case "s3":
		region, account = "", ""
	}
	return strings.Join([]string{"arn:aws", service, region, account, resource}, ":")
}
