package web

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"crosscloud/app/todo"
)

// memory is a store for tests that keeps the rules of todo.Store in plain Go.
type memory struct {
	mu     sync.Mutex
	lists  []*memoryList
	lastID int64
	secret []byte
	err    error // what every call answers, if set
	writes int   // that changed something
}

type memoryList struct {
	owner   todo.Token
	epoch   int
	version int64
	items   []todo.Item
	deleted map[string][]todo.Item
	answers map[string]answered
}

type answered struct {
	request string
	value   any
	err     error
}

var _ todo.Store = (*memory)(nil)

func newMemory() *memory { return &memory{secret: []byte("test")} }

func (m *memory) open(access todo.Access) (*memoryList, error) {
	if m.err != nil {
		return nil, m.err
	}
	for _, list := range m.lists {
		if access.Owner && access.Token == list.owner || !access.Owner && access.Token == list.owner.Share(list.epoch) {
			return list, nil
		}
	}
	return nil, todo.ErrNotFound
}

func (m *memory) Page(_ context.Context, access todo.Access, query todo.Query) (todo.Page, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	list, err := m.open(access)
	if err != nil {
		return todo.Page{}, err
	}
	page := todo.Page{Total: len(list.items), ShareEpoch: list.epoch, Version: list.version, Undoable: len(list.deleted[query.Undo.Name])}
	slices.SortFunc(list.items, func(a, b todo.Item) int { return cmp.Or(cmp.Compare(b.Order, a.Order), cmp.Compare(b.ID, a.ID)) })
	for _, item := range list.items {
		if !item.Completed {
			page.Open++
		}
		behind := query.Before == nil || item.Order < query.Before.Order || item.Order == query.Before.Order && item.ID < query.Before.ID
		shown := query.Show == todo.All || (query.Show == todo.Completed) == item.Completed
		if behind && shown {
			page.Items = append(page.Items, item)
		}
	}
	if len(page.Items) > query.Limit {
		page.Items = page.Items[:query.Limit]
		last := page.Items[query.Limit-1]
		page.Next = &todo.Cursor{Order: last.Order, ID: last.ID}
	}
	return page, nil
}

func (m *memory) Item(_ context.Context, access todo.Access, id int64) (todo.Item, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	list, err := m.open(access)
	if err != nil {
		return todo.Item{}, err
	}
	if i := list.find(id); i >= 0 {
		return list.items[i], nil
	}
	return todo.Item{}, todo.ErrNotFound
}

func (l *memoryList) find(id int64) int {
	return slices.IndexFunc(l.items, func(item todo.Item) bool { return item.ID == id })
}

// once does a write, unless its key has done it before.
func once[T any](m *memory, access todo.Access, key todo.Key, request string, write func(*memoryList) (T, error)) (T, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	request += key.Sending
	var none T
	list, err := m.open(access)
	if err != nil {
		return none, err
	}
	if before, repeated := list.answers[key.Name]; repeated {
		if before.request != request {
			return none, todo.ErrKeyReused
		}
		return before.value.(T), before.err
	}
	value, err := write(list)
	list.answers[key.Name] = answered{request, value, err}
	if err == nil {
		list.version++
		m.writes++
	}
	return value, err
}

func (m *memory) Create(ctx context.Context, key todo.Key, item todo.NewItem) (todo.Token, todo.Item, error) {
	m.mu.Lock()
	owner := todo.DeriveToken(m.secret, key)
	access := todo.Access{Token: owner, Owner: true}
	if _, err := m.open(access); err == todo.ErrNotFound {
		m.lists = append(m.lists, &memoryList{owner: owner, deleted: map[string][]todo.Item{}, answers: map[string]answered{}})
	} else if err != nil {
		m.mu.Unlock()
		return todo.Token{}, todo.Item{}, err
	}
	m.mu.Unlock()
	added, err := m.Add(ctx, access, key, item)
	return owner, added, err
}

func (m *memory) Add(_ context.Context, access todo.Access, key todo.Key, item todo.NewItem) (todo.Item, error) {
	return once(m, access, key, fmt.Sprint("add", item.Title, item.Completed), func(list *memoryList) (todo.Item, error) {
		m.lastID++
		added := todo.Item{ID: m.lastID, Title: item.Title, Completed: item.Completed, Order: m.lastID}
		if item.Order != nil {
			added.Order = *item.Order
		}
		list.items = append(list.items, added)
		return added, nil
	})
}

func (m *memory) Edit(_ context.Context, access todo.Access, key todo.Key, id int64, changes todo.Changes) (todo.Item, error) {
	return once(m, access, key, fmt.Sprint("edit", id), func(list *memoryList) (todo.Item, error) {
		i := list.find(id)
		if i < 0 {
			return todo.Item{}, todo.ErrNotFound
		}
		if changes.Title != nil {
			list.items[i].Title = *changes.Title
		}
		if changes.Completed != nil {
			list.items[i].Completed = *changes.Completed
		}
		return list.items[i], nil
	})
}

func (m *memory) SetAll(_ context.Context, access todo.Access, key todo.Key, completed bool) (int, error) {
	return once(m, access, key, fmt.Sprint("all", completed), func(list *memoryList) (int, error) {
		changed := 0
		for i := range list.items {
			if list.items[i].Completed != completed {
				list.items[i].Completed = completed
				changed++
			}
		}
		return changed, nil
	})
}

func (m *memory) remove(access todo.Access, key todo.Key, request string, which func(todo.Item) bool) (int, error) {
	return once(m, access, key, request, func(list *memoryList) (int, error) {
		for _, item := range list.items {
			if which(item) {
				list.deleted[key.Name] = append(list.deleted[key.Name], item)
			}
		}
		if list.deleted[key.Name] == nil && strings.HasPrefix(request, "one") {
			return 0, todo.ErrNotFound
		}
		list.items = slices.DeleteFunc(list.items, which)
		return len(list.deleted[key.Name]), nil
	})
}

func (m *memory) Delete(_ context.Context, access todo.Access, key todo.Key, id int64) error {
	_, err := m.remove(access, key, fmt.Sprint("one", id), func(item todo.Item) bool { return item.ID == id })
	return err
}

func (m *memory) DeleteCompleted(_ context.Context, access todo.Access, key todo.Key) (int, error) {
	return m.remove(access, key, "clear", func(item todo.Item) bool { return item.Completed })
}

func (m *memory) DeleteAll(_ context.Context, access todo.Access, key todo.Key) (int, error) {
	return m.remove(access, key, "delete all", func(todo.Item) bool { return true })
}

func (m *memory) Undo(_ context.Context, access todo.Access, key, deletion todo.Key) (int, error) {
	return once(m, access, key, fmt.Sprint("undo", deletion), func(list *memoryList) (int, error) {
		restored := list.deleted[deletion.Name]
		list.items = append(list.items, restored...)
		delete(list.deleted, deletion.Name)
		return len(restored), nil
	})
}

func (m *memory) ReplaceShare(_ context.Context, access todo.Access, key todo.Key) (int, error) {
	if !access.Owner {
		return 0, todo.ErrNotFound
	}
	return once(m, access, key, "share", func(list *memoryList) (int, error) {
		list.epoch++
		return list.epoch, nil
	})
}
