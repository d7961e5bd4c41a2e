package todo

import "context"

// Store keeps lists. Whatever a call does to the database is one round trip.
// An access that opens no list is ErrNotFound, and so is an item that is not
// on the list. A key that came with another write before is ErrKeyReused.
type Store interface {
	Page(ctx context.Context, access Access, query Query) (Page, error)
	Item(ctx context.Context, access Access, id int64) (Item, error)

	// Create makes a list with its first item and returns the owner's token. To
	// add this item to the list with the same key is the same write.
	Create(ctx context.Context, key Key, item NewItem) (Token, Item, error)

	Add(ctx context.Context, access Access, key Key, item NewItem) (Item, error)
	Edit(ctx context.Context, access Access, key Key, id int64, changes Changes) (Item, error)
	SetAll(ctx context.Context, access Access, key Key, completed bool) (changed int, err error)

	// The deletions can be undone for a day, by naming their key.
	Delete(ctx context.Context, access Access, key Key, id int64) error
	DeleteCompleted(ctx context.Context, access Access, key Key) (deleted int, err error)
	DeleteAll(ctx context.Context, access Access, key Key) (deleted int, err error)
	Undo(ctx context.Context, access Access, key Key, deletion Key) (restored int, err error)

	// ReplaceShare locks out who has the share link; only the owner's access
	// can, any other is ErrNotFound.
	ReplaceShare(ctx context.Context, access Access, key Key) (epoch int, err error)
}
