package browser

import (
	"context"
	"fmt"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/runtime"
)

// spoken is what screen readers are told of an element. Debian's Chromium is
// newer than the library's types, which refuse words that they do not know, so
// this has the few that matter here.
type spoken struct {
	Ignored    bool     `json:"ignored"`
	Role       property `json:"role"`
	Name       property `json:"name"`
	Value      property `json:"value"`
	Properties []struct {
		Name  string   `json:"name"`
		Value property `json:"value"`
	} `json:"properties"`
	Node cdp.BackendNodeID `json:"backendDOMNodeId"`
}

type property struct {
	Value any `json:"value"`
}

func (p property) String() string {
	if p.Value == nil {
		return ""
	}
	return fmt.Sprint(p.Value)
}

func (s spoken) String() string { return s.Role.String() + " " + s.Name.String() }

// is the value of a property such as live, "" if there is none.
func (s spoken) is(name string) string {
	for _, property := range s.Properties {
		if property.Name == name {
			return property.Value.String()
		}
	}
	return ""
}

// tree asks for elements by a command of the protocol's domain Accessibility,
// without those that screen readers pass over.
func tree(ctx context.Context, command string, parameters any) ([]spoken, error) {
	var answer struct {
		Nodes []spoken `json:"nodes"`
	}
	if err := cdp.Execute(ctx, command, parameters, &answer); err != nil {
		return nil, err
	}
	var heard []spoken
	for _, node := range answer.Nodes {
		if !node.Ignored {
			heard = append(heard, node)
		}
	}
	return heard, nil
}

// whole is everything that there is to hear on the page, in its order.
func (v *visitor) whole() (heard []spoken) {
	v.t.Helper()
	v.until("listen to the page", func(ctx context.Context) (_ bool, err error) {
		heard, err = tree(ctx, accessibility.CommandGetFullAXTree, accessibility.GetFullAXTree())
		return true, err
	})
	return heard
}

// find returns the only element with the role and the name.
func find(ctx context.Context, role, name string) (spoken, error) {
	document, _, err := runtime.Evaluate("document").Do(ctx)
	if err != nil {
		return spoken{}, err
	}
	found, err := tree(ctx, accessibility.CommandQueryAXTree,
		accessibility.QueryAXTree().WithObjectID(document.ObjectID).WithRole(role).WithAccessibleName(name))
	if err != nil {
		return spoken{}, err
	}
	if len(found) != 1 {
		return spoken{}, fmt.Errorf("%d elements are a %s named %q", len(found), role, name)
	}
	return found[0], nil
}

// focused is the role and the name of what has the focus, "" if nothing has.
func focused(ctx context.Context) (string, error) {
	element, _, err := runtime.Evaluate("document.activeElement").Do(ctx)
	if err != nil {
		return "", err
	}
	at, err := tree(ctx, accessibility.CommandGetPartialAXTree,
		accessibility.GetPartialAXTree().WithObjectID(element.ObjectID).WithFetchRelatives(false))
	if err != nil || len(at) == 0 {
		return "", err
	}
	return at[0].String(), nil
}
