package cloud

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// overlay puts normalized values over those given. What was unknown stays unknown and what was secret stays secret; a
// given property that the normalized form leaves out is kept.
func overlay(given, normal resource.PropertyMap) resource.PropertyMap {
	merged := given.Copy()
	for k, v := range normal {
		if old, ok := given[k]; ok {
			v = overlayValue(old, v)
		}
		merged[k] = v
	}
	return merged
}

func overlayValue(given, normal resource.PropertyValue) resource.PropertyValue {
	switch {
	case given.IsSecret():
		return resource.MakeSecret(overlayValue(given.SecretValue().Element, normal))
	case given.IsComputed(), given.IsOutput():
		return given
	case given.IsObject() && normal.IsObject():
		return resource.NewObjectProperty(overlay(given.ObjectValue(), normal.ObjectValue()))
	case given.IsArray() && normal.IsArray() && len(given.ArrayValue()) == len(normal.ArrayValue()):
		values := slices.Clone(normal.ArrayValue())
		for i := range values {
			values[i] = overlayValue(given.ArrayValue()[i], values[i])
		}
		return resource.NewArrayProperty(values)
	default:
		return normal
	}
}

// conceal makes the properties secret that are secret in a pattern, and those that are named.
func conceal(props, pattern resource.PropertyMap, named []string) resource.PropertyMap {
	concealed := resource.PropertyMap{}
	for k, v := range props {
		v = concealValue(v, pattern[k])
		if slices.Contains(named, string(k)) && !v.IsSecret() {
			v = resource.MakeSecret(reveal(v))
		}
		concealed[k] = v
	}
	return concealed
}

func concealValue(v, pattern resource.PropertyValue) resource.PropertyValue {
	switch {
	case v.IsSecret() || !pattern.ContainsSecrets():
		return v
	case v.IsObject() && pattern.IsObject():
		return resource.NewObjectProperty(conceal(v.ObjectValue(), pattern.ObjectValue(), nil))
	default:
		// The shapes differ, or the secret is in a list whose order may have changed: better too much than too little.
		return resource.MakeSecret(reveal(v))
	}
}

// reveal removes the secret marks inside a value. Unknown values stay as they are.
func reveal(v resource.PropertyValue) resource.PropertyValue {
	switch {
	case v.IsSecret():
		return reveal(v.SecretValue().Element)
	case v.IsObject():
		return resource.NewObjectProperty(revealAll(v.ObjectValue()))
	case v.IsArray():
		values := slices.Clone(v.ArrayValue())
		for i := range values {
			values[i] = reveal(values[i])
		}
		return resource.NewArrayProperty(values)
	default:
		return v
	}
}

func revealAll(props resource.PropertyMap) resource.PropertyMap {
	revealed := resource.PropertyMap{}
	for k, v := range props {
		revealed[k] = reveal(v)
	}
	return revealed
}

func withoutInternal(props resource.PropertyMap) resource.PropertyMap {
	kept := resource.PropertyMap{}
	for k, v := range props {
		if !resource.IsInternalPropertyKey(k) {
			kept[k] = v
		}
	}
	return kept
}

func only(props resource.PropertyMap, names []string) resource.PropertyMap {
	kept := resource.PropertyMap{}
	for _, name := range names {
		if v, ok := props[resource.PropertyKey(name)]; ok {
			kept[resource.PropertyKey(name)] = v
		}
	}
	return kept
}

func unknown() resource.PropertyValue {
	return resource.MakeComputed(resource.NewStringProperty(""))
}
