package cloud

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// keepEmpty puts the empty values into what was read that the program gave. To a kind they are the same as none, and
// encode leaves them out; a refresh is not to make a change of that.
func keepEmpty(given, read resource.PropertyMap) resource.PropertyMap {
	kept := read.Copy()
	for k, v := range withoutInternal(given) {
		if is, there := kept[k]; there {
			kept[k] = keepEmptyIn(v, is)
		} else if none(reveal(v)) {
			kept[k] = v
		}
	}
	return kept
}

func keepEmptyIn(given, read resource.PropertyValue) resource.PropertyValue {
	switch {
	case read.IsSecret():
		return resource.MakeSecret(keepEmptyIn(given, read.SecretValue().Element))
	case given.IsSecret():
		return keepEmptyIn(given.SecretValue().Element, read)
	case given.IsObject() && read.IsObject():
		return resource.NewObjectProperty(keepEmpty(given.ObjectValue(), read.ObjectValue()))
	case given.IsArray() && read.IsArray() && len(given.ArrayValue()) == len(read.ArrayValue()):
		values := slices.Clone(read.ArrayValue())
		for i := range values {
			values[i] = keepEmptyIn(given.ArrayValue()[i], values[i])
		}
		return resource.NewArrayProperty(values)
	default:
		return read
	}
}

func none(v resource.PropertyValue) bool {
	switch {
	case v.IsBool():
		return !v.BoolValue()
	case v.IsNumber():
		return v.NumberValue() == 0
	case v.IsString():
		return v.StringValue() == ""
	case v.IsArray():
		return len(v.ArrayValue()) == 0
	case v.IsObject():
		return len(v.ObjectValue()) == 0
	default:
		return v.IsNull()
	}
}
