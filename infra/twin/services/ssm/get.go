package ssm

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"crosscloud/infra/twin/services/awsauth"
	"crosscloud/infra/twin/state"
)

type getParameter struct {
	Name           string
	WithDecryption bool
}

// parameter is a parameter in an answer.
type parameter struct {
	ARN              string
	DataType         string
	LastModifiedDate float64
	Name             string
	Selector         string `json:",omitempty"`
	Type             string
	Value            string
	Version          int
}

func (s *Server) get(c awsauth.Caller, in getParameter) (any, error) {
	p, err := s.read(c, in.Name, in.WithDecryption)
	if err != nil {
		return nil, err
	}
	return map[string]parameter{"Parameter": p}, nil
}

const (
	parameterNotFound = "ParameterNotFound"
	versionNotFound   = "ParameterVersionNotFound"
)

// read holds the caller against the policies before it looks whether the parameter is there, as AWS does.
func (s *Server) read(c awsauth.Caller, selector string, decrypt bool) (parameter, error) {
	name, version, err := s.parse(selector)
	if err != nil {
		return parameter{}, err
	}
	if err := s.verifier.Authorize(c, "ssm:GetParameter", s.arn(name)); err != nil {
		return parameter{}, err
	}
	stored, err := state.Get[state.Parameter](s.store, name)
	if errors.Is(err, state.ErrNotFound) {
		return parameter{}, &failure{parameterNotFound, ""}
	}
	if err != nil {
		return parameter{}, err
	}
	p := parameter{
		ARN: s.arn(name), DataType: stored.DataType, Name: name, Type: stored.Type, Value: stored.Value, Version: stored.Version,
		LastModifiedDate: float64(stored.Modified.UnixMilli()) / 1000,
	}
	if p.DataType == "" {
		p.DataType = "text"
	}
	if version != 0 {
		// The twin keeps no history.
		if version != stored.Version {
			return parameter{}, &failure{versionNotFound, fmt.Sprintf("Systems Manager could not find version %d of %s.", version, name)}
		}
		p.Selector = ":" + strconv.Itoa(version)
	}
	if stored.Type == state.ParameterSecureString && !decrypt {
		// What KMS would return is opaque and other for every version; nothing leads from this one back to the value.
		p.Value = base64.StdEncoding.EncodeToString(s.mint.Derive("ssm ciphertext", name+"\x00"+strconv.Itoa(stored.Version)+"\x00"+stored.Value))
	}
	return p, nil
}

// parse splits NAME, NAME:VERSION, or an ARN with either. Labels are not modelled.
func (s *Server) parse(selector string) (name string, version int, err error) {
	if rest, found := strings.CutPrefix(selector, fmt.Sprintf("arn:aws:ssm:%s:%s:parameter/", s.region, s.account)); found {
		// The ARN of a parameter without hierarchy has no slash of the name's own.
		if selector = rest; strings.Contains(rest, "/") {
			selector = "/" + rest
		}
	}
	name, suffix, found := strings.Cut(selector, ":")
	if found {
		if version, err = strconv.Atoi(suffix); err != nil || version < 1 {
			return "", 0, invalid("name", fmt.Sprintf("the twin knows versions and no labels after a colon, not %q", suffix))
		}
	}
	if err := CheckName(name); err != nil {
		return "", 0, err
	}
	return name, version, nil
}
