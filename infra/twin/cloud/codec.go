package cloud

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/asset"
)

const unknownKey = "Invalid or unknown key: the twin does not know this argument"

var assetType = reflect.TypeFor[*asset.Asset]()

type field struct {
	name      string
	index     []int
	omitEmpty bool
}

// fields lists a struct's properties by their json tags, those of embedded structs included.
func fields(t reflect.Type) []field {
	var all []field
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous && f.Tag.Get("json") == "" {
			for _, inner := range fields(f.Type) {
				inner.index = append([]int{i}, inner.index...)
				all = append(all, inner)
			}
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		all = append(all, field{name: name, index: []int{i}, omitEmpty: strings.Contains(options, "omit")})
	}
	return all
}

// names returns the property names of T.
func names[T any]() []string {
	var all []string
	for _, f := range fields(reflect.TypeFor[T]()) {
		all = append(all, f.name)
	}
	return all
}

// decode reads properties into a struct. Unknown values are left zero and secrets are unwrapped.
func decode[T any](props resource.PropertyMap) (T, []Failure) {
	var v T
	return v, decodeInto(reflect.ValueOf(&v).Elem(), resource.NewObjectProperty(props), "")
}

func decodeInto(dst reflect.Value, v resource.PropertyValue, path string) []Failure {
	switch {
	case v.IsSecret():
		return decodeInto(dst, v.SecretValue().Element, path)
	case v.IsOutput():
		if !v.OutputValue().Known {
			return nil
		}
		return decodeInto(dst, v.OutputValue().Element, path)
	case v.IsComputed(), v.IsNull():
		return nil
	case dst.Type() == assetType:
		if !v.IsAsset() {
			return mismatch(path, "an asset", v)
		}
		dst.Set(reflect.ValueOf(v.AssetValue()))
		return nil
	}
	switch dst.Kind() {
	case reflect.Pointer:
		dst.Set(reflect.New(dst.Type().Elem()))
		return decodeInto(dst.Elem(), v, path)
	case reflect.Interface:
		dst.Set(reflect.ValueOf(v.Mappable()))
		return nil
	case reflect.String:
		if !v.IsString() {
			return mismatch(path, "a string", v)
		}
		dst.SetString(v.StringValue())
		return nil
	case reflect.Bool:
		if !v.IsBool() {
			return mismatch(path, "a boolean", v)
		}
		dst.SetBool(v.BoolValue())
		return nil
	case reflect.Int, reflect.Int32, reflect.Int64:
		if !v.IsNumber() || v.NumberValue() != math.Trunc(v.NumberValue()) {
			return mismatch(path, "an integer", v)
		}
		dst.SetInt(int64(v.NumberValue()))
		return nil
	case reflect.Float64:
		if !v.IsNumber() {
			return mismatch(path, "a number", v)
		}
		dst.SetFloat(v.NumberValue())
		return nil
	case reflect.Slice:
		if !v.IsArray() {
			return mismatch(path, "a list", v)
		}
		return decodeSlice(dst, v.ArrayValue(), path)
	case reflect.Map:
		if !v.IsObject() {
			return mismatch(path, "a map", v)
		}
		return decodeMap(dst, v.ObjectValue(), path)
	case reflect.Struct:
		if !v.IsObject() {
			return mismatch(path, "an object", v)
		}
		return decodeStruct(dst, v.ObjectValue(), path)
	}
	// This is a mistake in a kind, not in a program.
	panic(fmt.Sprintf("%s: no property can be a %s", path, dst.Type()))
}

func decodeSlice(dst reflect.Value, values []resource.PropertyValue, path string) []Failure {
	dst.Set(reflect.MakeSlice(dst.Type(), len(values), len(values)))
	var failures []Failure
	for i, v := range values {
		failures = append(failures, decodeInto(dst.Index(i), v, fmt.Sprintf("%s[%d]", path, i))...)
	}
	return failures
}

func decodeMap(dst reflect.Value, object resource.PropertyMap, path string) []Failure {
	dst.Set(reflect.MakeMapWithSize(dst.Type(), len(object)))
	var failures []Failure
	for _, k := range object.StableKeys() {
		v := reflect.New(dst.Type().Elem()).Elem()
		failures = append(failures, decodeInto(v, object[k], join(path, string(k)))...)
		dst.SetMapIndex(reflect.ValueOf(string(k)), v)
	}
	return failures
}

func decodeStruct(dst reflect.Value, object resource.PropertyMap, path string) []Failure {
	all := fields(dst.Type())
	var failures []Failure
	for _, k := range object.StableKeys() {
		if resource.IsInternalPropertyKey(k) {
			continue
		}
		i := slices.IndexFunc(all, func(f field) bool { return f.name == string(k) })
		if i < 0 {
			failures = append(failures, Failure{join(path, string(k)), unknownKey})
			continue
		}
		failures = append(failures, decodeInto(dst.FieldByIndex(all[i].index), object[k], join(path, string(k)))...)
	}
	return failures
}

func mismatch(path, want string, got resource.PropertyValue) []Failure {
	return []Failure{{path, fmt.Sprintf("expected %s, got %s", want, got.TypeString())}}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// encode writes a struct as properties. Nil values are left out, and so are empty ones with omitempty.
func encode(v any) resource.PropertyMap {
	return encodeStruct(reflect.ValueOf(v))
}

func encodeStruct(v reflect.Value) resource.PropertyMap {
	object := resource.PropertyMap{}
	for _, f := range fields(v.Type()) {
		member := v.FieldByIndex(f.index)
		if f.omitEmpty && empty(member) {
			continue
		}
		if value, ok := encodeValue(member); ok {
			object[resource.PropertyKey(f.name)] = value
		}
	}
	return object
}

func encodeValue(v reflect.Value) (resource.PropertyValue, bool) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Slice, reflect.Map:
		if v.IsNil() {
			return resource.PropertyValue{}, false
		}
	}
	if v.Type() == assetType {
		return resource.NewAssetProperty(v.Interface().(*asset.Asset)), true
	}
	switch v.Kind() {
	case reflect.Pointer:
		return encodeValue(v.Elem())
	case reflect.Struct:
		return resource.NewObjectProperty(encodeStruct(v)), true
	case reflect.Slice:
		values := make([]resource.PropertyValue, v.Len())
		for i := range values {
			values[i], _ = encodeValue(v.Index(i))
		}
		return resource.NewArrayProperty(values), true
	case reflect.Map:
		object := resource.PropertyMap{}
		for _, k := range v.MapKeys() {
			if value, ok := encodeValue(v.MapIndex(k)); ok {
				object[resource.PropertyKey(k.String())] = value
			}
		}
		return resource.NewObjectProperty(object), true
	case reflect.Int, reflect.Int32, reflect.Int64:
		return resource.NewNumberProperty(float64(v.Int())), true
	case reflect.String:
		return resource.NewStringProperty(v.String()), true
	default:
		return resource.NewPropertyValue(v.Interface()), true
	}
}

func empty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map:
		return v.Len() == 0
	default:
		return v.IsZero()
	}
}
