package postgres

import (
	"context"
	"encoding/binary"

	"crosscloud/app/todo"
)

var replaceShareWork = writeSetting(`share = $4, epoch = $5`, `outcome as (
    select jsonb_build_object('epoch', $5::bigint) as answer, 0 as deleted
)`)

// ReplaceShare implements todo.Store.
func (s *Store) ReplaceShare(ctx context.Context, access todo.Access, key todo.Key) (int, error) {
	if !access.Owner {
		return 0, todo.ErrNotFound
	}
	epoch := epochOf(key)
	replaced, err := s.write(ctx, "replace the share link", replaceShareWork, access, key,
		hashOf(access.Token.Share(epoch)), epoch)
	return replaced.Epoch, err
}

// epochOf is an epoch that no other write makes: 63 bits of the key's hash.
// Counting up would need to know the present epoch before the statement that
// changes it: another round trip, or the token inside the statement.
func epochOf(key todo.Key) int {
	return int(binary.BigEndian.Uint64(hashOfKey(key)) >> 1)
}
