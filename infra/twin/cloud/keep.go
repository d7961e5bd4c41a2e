package cloud

import "github.com/pulumi/pulumi/sdk/v3/go/common/resource"

// keep puts what Keep lists from the old inputs into the new ones, which lack it. The engine leaves the old inputs out when
// it makes a replacement.
func (k Kind[In, Out]) keep(olds, inputs resource.PropertyMap) error {
	paths, err := parsePaths(k.Keep)
	if err != nil {
		return err
	}
	for _, path := range paths {
		if _, given := path.Get(resource.NewProperty(inputs)); given {
			continue
		}
		if old, had := path.Get(resource.NewProperty(olds)); had {
			path.Add(resource.NewProperty(inputs), old) // fails if a parent is unknown: then this argument is, too
		}
	}
	return nil
}

// leave takes what Keep lists out of the inputs that were read where the program has not given it: what the cloud chose is
// no difference from the program. An import has no inputs yet, and takes everything.
func (k Kind[In, Out]) leave(given, read resource.PropertyMap) error {
	if len(given) == 0 {
		return nil
	}
	paths, err := parsePaths(k.Keep)
	if err != nil {
		return err
	}
	for _, path := range paths {
		if _, has := path.Get(resource.NewProperty(given)); has {
			continue
		}
		// Within an object that was not given either, nothing is told apart.
		if _, has := path[:len(path)-1].Get(resource.NewProperty(given)); has {
			path.Delete(resource.NewProperty(read))
		}
	}
	return nil
}

// chosen adds to the old inputs what the cloud chose, as far as the program gives it now: to give what is so already
// changes nothing.
func (k Kind[In, Out]) chosen(olds, outputs, news resource.PropertyMap) error {
	paths, err := parsePaths(k.Keep)
	if err != nil {
		return err
	}
	for _, path := range paths {
		if _, given := path.Get(resource.NewProperty(news)); !given {
			continue
		}
		if _, had := path.Get(resource.NewProperty(olds)); had {
			continue
		}
		if is, known := path.Get(resource.NewProperty(outputs)); known {
			path.Add(resource.NewProperty(olds), is) // fails where the object around it was not given, which is a change
		}
	}
	return nil
}
