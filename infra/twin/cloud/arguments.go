package cloud

import (
	"reflect"
	"slices"
)

// Tokens lists the kinds of a provider.
func Tokens(p Provider) []string {
	var all []string
	for _, r := range p.Resources {
		all = append(all, r.token())
	}
	return all
}

// Arguments lists the arguments of a provider's kind as property paths, those inside others in their place:
// "bootDisk.initializeParams.image", "networkInterfaces[*].subnetwork". Maps and lists of plain values are one argument.
// It is nil if there is no such kind.
func Arguments(p Provider, token string) []string {
	i := slices.IndexFunc(p.Resources, func(r Resource) bool { return r.token() == token })
	if i < 0 {
		return nil
	}
	return paths(p.Resources[i].shape().in, "")
}

func paths(t reflect.Type, at string) []string {
	switch {
	case t == assetType:
		return []string{at}
	case t.Kind() == reflect.Pointer:
		return paths(t.Elem(), at)
	case t.Kind() == reflect.Slice && structured(t.Elem()):
		return paths(t.Elem(), at+"[*]")
	case !structured(t):
		return []string{at}
	}
	var all []string
	for _, f := range fields(t) {
		all = append(all, paths(t.FieldByIndex(f.index).Type, join(at, f.name))...)
	}
	return all
}

// structured says whether a type has arguments of its own. A struct without fields is a choice, as "auto: {}" is.
func structured(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		return structured(t.Elem())
	}
	return t.Kind() == reflect.Struct && t != assetType.Elem() && len(fields(t)) > 0
}
