package cloud

import (
	"encoding/json"
	"reflect"
)

// shape is the part of a kind or function that its schema shows.
type shape struct {
	in, out  reflect.Type
	required []string
}

type schemaSpec struct {
	Name      string                  `json:"name"`
	Version   string                  `json:"version"`
	Resources map[string]resourceSpec `json:"resources,omitempty"`
	Functions map[string]functionSpec `json:"functions,omitempty"`
}

type resourceSpec struct {
	Properties      map[string]typeSpec `json:"properties"`
	InputProperties map[string]typeSpec `json:"inputProperties"`
	RequiredInputs  []string            `json:"requiredInputs,omitempty"`
}

type functionSpec struct {
	Inputs  objectSpec `json:"inputs"`
	Outputs objectSpec `json:"outputs"`
}

type objectSpec struct {
	Properties map[string]typeSpec `json:"properties"`
	Required   []string            `json:"required,omitempty"`
}

type typeSpec struct {
	Type                 string    `json:"type,omitempty"`
	Ref                  string    `json:"$ref,omitempty"`
	Items                *typeSpec `json:"items,omitempty"`
	AdditionalProperties *typeSpec `json:"additionalProperties,omitempty"`
}

// schema describes a provider to the engine's tools. Programs are compiled against the real packages, so nested
// objects need no types of their own here.
func schema(p Provider) ([]byte, error) {
	spec := schemaSpec{
		Name: p.Name, Version: p.Version,
		Resources: map[string]resourceSpec{}, Functions: map[string]functionSpec{},
	}
	for _, r := range p.Resources {
		s := r.shape()
		spec.Resources[r.token()] = resourceSpec{properties(s.out), properties(s.in), s.required}
	}
	for _, f := range p.Functions {
		s := f.shape()
		spec.Functions[f.token()] = functionSpec{
			Inputs:  objectSpec{properties(s.in), s.required},
			Outputs: objectSpec{Properties: properties(s.out)},
		}
	}
	return json.Marshal(spec)
}

func properties(t reflect.Type) map[string]typeSpec {
	all := map[string]typeSpec{}
	for _, f := range fields(t) {
		all[f.name] = typeOf(t.FieldByIndex(f.index).Type)
	}
	return all
}

func typeOf(t reflect.Type) typeSpec {
	if t == assetType {
		return typeSpec{Ref: "pulumi.json#/Asset"}
	}
	anything := typeSpec{Ref: "pulumi.json#/Any"}
	switch t.Kind() {
	case reflect.Pointer:
		return typeOf(t.Elem())
	case reflect.String:
		return typeSpec{Type: "string"}
	case reflect.Bool:
		return typeSpec{Type: "boolean"}
	case reflect.Int, reflect.Int32, reflect.Int64:
		return typeSpec{Type: "integer"}
	case reflect.Float64:
		return typeSpec{Type: "number"}
	case reflect.Slice:
		items := typeOf(t.Elem())
		return typeSpec{Type: "array", Items: &items}
	case reflect.Map:
		values := typeOf(t.Elem())
		return typeSpec{Type: "object", AdditionalProperties: &values}
	case reflect.Struct:
		return typeSpec{Type: "object", AdditionalProperties: &anything}
	default:
		return anything
	}
}
