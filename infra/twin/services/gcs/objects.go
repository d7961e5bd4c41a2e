package gcs

import (
	"crypto/md5"
	"errors"
	"hash/crc32"
	"os"
	"time"

	"crosscloud/infra/twin/state"
)

// Objects are all objects of a twin's buckets. Hosts reach them through the Server; the provider has them itself.
type Objects struct {
	store *state.Store
	now   func() time.Time
}

// NewObjects returns those of a store.
func NewObjects(store *state.Store, now func() time.Time) *Objects { return &Objects{store, now} }

// Put makes an object or overwrites it: at every moment it has the old contents or the new ones. It sets what is missing
// in o. May is asked, while nobody else can change the object, with the one that is there, or nil; its error is returned.
func (s *Objects) Put(o state.StorageObject, contents []byte, may func(existing *state.StorageObject) error) (state.StorageObject, error) {
	sum := md5.Sum(contents)
	o.Size, o.MD5, o.CRC32C = int64(len(contents)), sum[:], crc32.Checksum(contents, crc32.MakeTable(crc32.Castagnoli))
	var err error
	if o.Contents, err = state.WriteContents(s.store, contents); err != nil {
		return o, err
	}
	var replaced string
	err = state.Update(s.store, state.StorageObjectID(o.Bucket, o.Name), func(old state.StorageObject, err error) (state.StorageObject, error) {
		bucket, missing := state.Get[state.StorageBucket](s.store, o.Bucket)
		if missing != nil {
			return old, missing // the bucket went while the contents came
		}
		if err == nil {
			err = may(&old)
		} else {
			err = may(nil)
		}
		if err != nil {
			return old, err
		}
		o.Created = s.now().UTC()
		// A generation is the time in microseconds, as Google's look.
		o.Generation = max(o.Created.UnixMicro(), old.Generation+1)
		if o.StorageClass == "" {
			o.StorageClass = bucket.StorageClass
		}
		replaced = old.Contents
		return o, nil
	})
	if err != nil {
		return o, errors.Join(err, state.DeleteContents(s.store, o.Contents))
	}
	if replaced == "" {
		return o, nil
	}
	return o, state.DeleteContents(s.store, replaced)
}

// Get returns what is known of an object, or an error that wraps state.ErrNotFound.
func (s *Objects) Get(bucket, name string) (state.StorageObject, error) {
	return state.Get[state.StorageObject](s.store, state.StorageObjectID(bucket, name))
}

// Open returns an object with its contents, or an error that wraps state.ErrNotFound.
func (s *Objects) Open(bucket, name string) (state.StorageObject, *os.File, error) {
	o, err := s.Get(bucket, name)
	for err == nil {
		file, missing := state.OpenContents(s.store, o.Contents)
		if !errors.Is(missing, state.ErrNotFound) {
			return o, file, missing
		}
		generation := o.Generation
		if o, err = s.Get(bucket, name); err == nil && o.Generation == generation {
			err = missing // it was not overwritten in between: the file is lost
		}
	}
	return o, nil, err
}

// Delete removes an object; without one it returns an error that wraps state.ErrNotFound.
func (s *Objects) Delete(bucket, name string) error {
	o, err := state.Take[state.StorageObject](s.store, state.StorageObjectID(bucket, name))
	if err != nil {
		return err
	}
	return state.DeleteContents(s.store, o.Contents)
}

// List returns the objects of a bucket, in no order.
func (s *Objects) List(bucket string) ([]state.StorageObject, error) {
	all, err := state.List[state.StorageObject](s.store)
	if err != nil {
		return nil, err
	}
	var own []state.StorageObject
	for _, o := range all {
		if o.Bucket == bucket {
			own = append(own, o)
		}
	}
	return own, nil
}
