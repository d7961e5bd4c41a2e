package cloud

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
)

// defaultsKey marks, among a resource's inputs, the names that the program did not give. The real providers use the
// same key.
const defaultsKey resource.PropertyKey = "__defaults"

// autoname completes the inputs with a name. It keeps the one that the resource got before; the engine leaves the old
// inputs out when it makes a replacement beside the resource that it replaces, which then gets a name of its own.
func (k Kind[In, Out]) autoname(inputs resource.PropertyMap, req plugin.CheckRequest) error {
	if k.Autoname == "" {
		return nil
	}
	property := resource.PropertyKey(k.Autoname)
	if v, given := inputs[property]; given && !v.IsNull() {
		return nil
	}
	prefix := req.URN.Name() + "-"
	if v, given := inputs[resource.PropertyKey(k.AutonamePrefix)]; given {
		if v = reveal(v); !v.IsString() {
			inputs[property] = unknown()
			return nil
		}
		prefix = v.StringValue()
	}
	inputs[defaultsKey] = resource.NewProperty([]resource.PropertyValue{resource.NewProperty(k.Autoname)})
	if old := reveal(req.Olds[property]); old.IsString() && autonamed(req.Olds, k.Autoname) && strings.HasPrefix(old.StringValue(), prefix) {
		inputs[property] = req.Olds[property]
		return nil
	}
	const digits, anyLength = 7, 0
	name, err := resource.NewUniqueName(req.RandomSeed, prefix, digits, anyLength, nil)
	if err != nil {
		return fmt.Errorf("name %s: %w", req.URN, err)
	}
	inputs[property] = resource.NewProperty(name)
	return nil
}

func autonamed(inputs resource.PropertyMap, property string) bool {
	marks := inputs[defaultsKey]
	return marks.IsArray() && slices.ContainsFunc(marks.ArrayValue(), func(v resource.PropertyValue) bool {
		return v.IsString() && v.StringValue() == property
	})
}

// deleteFirst says whether a replacement has to wait for the end of what it replaces: always, if the kind says so, and
// for a name of the program's own choice, which two resources can't have at a time.
func (k Kind[In, Out]) deleteFirst(olds, news resource.PropertyMap) bool {
	property := resource.PropertyKey(k.Autoname)
	return k.DeleteBeforeReplace ||
		k.Autoname != "" && !autonamed(news, k.Autoname) && reveal(olds[property]).DeepEquals(reveal(news[property]))
}
