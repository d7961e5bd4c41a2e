package aws

import (
	"context"
	"regexp"
	"strings"

	"crosscloud/infra/twin/cloud"
)

// tagRules is how many tags a service takes of a resource, and what it says to more of them, to a wrong key and to a wrong value.
// The AWS provider looks at none of that.
type tagRules struct {
	most       int
	tooMany    *refusal
	key, value func(text string) *refusal // nil for a right one
}

// The lengths are the same everywhere: "Tag restrictions", Amazon EC2 User Guide.
const (
	maxTagKey   = 128
	maxTagValue = 256
)

// tagText is what most services let keys and values be made of.
const tagText = `[\p{L}\p{Z}\p{N}_.:/=+\-@]*`

var tagForm = regexp.MustCompile(`^` + tagText + `$`)

// EC2 takes any character.
var ec2Tags = tagRules{
	most: 50, tooMany: &refusal{code: "TagLimitExceeded", message: "The maximum number of Tags for a resource has been reached."},
	key: func(key string) *refusal {
		switch {
		case strings.HasPrefix(strings.ToLower(key), "aws:"):
			return &refusal{code: "InvalidParameterValue", message: "Tag keys starting with 'aws:' are reserved for internal use"}
		case key == "":
			return &refusal{code: "InvalidParameterValue", message: "Tag key cannot be null or empty"}
		case tooLong(key, maxTagKey):
			return &refusal{code: "InvalidParameterValue", message: "Tag key exceeds the maximum length of 128 characters"}
		}
		return nil
	},
	value: func(value string) *refusal {
		if tooLong(value, maxTagValue) {
			return &refusal{code: "InvalidParameterValue", message: "Tag value exceeds the maximum length of 256 characters"}
		}
		return nil
	},
}

var (
	iamTags    = strictTags(50, "ValidationError", constraint("key"), constraint("value"), refusal{code: "LimitExceeded", message: "The resource has more than 50 tags"})
	ssmTags    = strictTags(50, "ValidationException", constraint("key"), constraint("value"), refusal{code: "TooManyTagsError", message: "The resource has more than 50 tags"})
	ecrTags    = strictTags(50, "InvalidTagParameterException", "Invalid tag key", "Invalid tag value", refusal{code: "TooManyTagsException", message: "The resource has more than 50 tags"})
	bucketTags = strictTags(50, "InvalidTag", invalidS3("Key"), invalidS3("Value"), refusal{code: "BadRequest", message: "Bucket tag count cannot be greater than 50"})
	objectTags = strictTags(10, "InvalidTag", invalidS3("Key"), invalidS3("Value"), refusal{code: "BadRequest", message: "Object tags cannot be greater than 10"})
)

func constraint(member string) string {
	return "1 validation error detected: Value '%s' at 'tags.1.member." + member + "' failed to satisfy constraint: " +
		"Member must satisfy regular expression pattern: " + tagText
}

func invalidS3(what string) string { return "The Tag" + what + " you have provided is invalid" }

// strictTags are the rules of a service that has one code for wrong keys and values, and takes the usual characters.
func strictTags(most int, code, key, value string, tooMany refusal) tagRules {
	refused := func(wrong bool, message, text string) *refusal {
		if !wrong {
			return nil
		}
		return &refusal{code: code, message: strings.Replace(message, "%s", text, 1)}
	}
	return tagRules{
		most: most, tooMany: &tooMany,
		key: func(text string) *refusal {
			own := strings.HasPrefix(strings.ToLower(text), "aws:")
			return refused(text == "" || own || tooLong(text, maxTagKey) || !tagForm.MatchString(text), key, text)
		},
		value: func(text string) *refusal {
			return refused(tooLong(text, maxTagValue) || !tagForm.MatchString(text), value, text)
		},
	}
}

func tooLong(text string, limit int) bool { return len([]rune(text)) > limit }

func (r tagRules) check(tags map[string]string) error {
	if len(tags) > r.most {
		return r.tooMany
	}
	for key, value := range tags {
		if refused := r.key(key); refused != nil {
			return refused
		}
		if refused := r.value(value); refused != nil {
			return refused
		}
	}
	return nil
}

// tagged adds a service's rules to a kind. Each of sets returns tags of the kind's arguments.
func tagged[In, Out any](rules tagRules, kind cloud.Kind[In, Out], sets ...func(In) map[string]string) cloud.Resource {
	check, create, update := kind.Check, kind.Create, kind.Update
	refused := func(in In) error {
		for _, tags := range sets {
			if err := rules.check(tags(in)); err != nil {
				return err
			}
		}
		return nil
	}
	kind.Check = func(in In) []cloud.Failure {
		var f failures
		if check != nil {
			f = check(in)
		}
		for _, tags := range sets {
			for key := range tags(in) {
				// The real one does not send such a tag and then shows in every preview that it is missing.
				f.addIf(strings.HasPrefix(key, "aws:"), "tags", "the AWS provider leaves tags out whose keys begin with aws: as %q does; take another key", key)
			}
		}
		return f
	}
	kind.Create = func(ctx context.Context, name string, in In) (string, Out, error) {
		if err := refused(in); err != nil {
			var none Out
			return "", none, err
		}
		return create(ctx, name, in)
	}
	kind.Update = func(ctx context.Context, id string, old Out, in In) (Out, error) {
		if err := refused(in); err != nil {
			return old, err
		}
		return update(ctx, id, old, in)
	}
	return kind
}
