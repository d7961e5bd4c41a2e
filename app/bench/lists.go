package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"

	"crosscloud/app/todo"
)

const (
	// pageItems is a list as most are.
	pageItems = 10
	// writers is how many lists get new items at once. Those of one list wait
	// for each other, as its version and counters must.
	writers = connections
)

type lists struct {
	small, large todo.Token
	writes       []todo.Token // they grow
}

// makeLists makes them as visitors do, but for most of the large one.
func makeLists(ctx context.Context, site, database string, large int) (made lists, err error) {
	if made.small, err = makeList(ctx, site, pageItems); err != nil {
		return made, err
	}
	if made.large, err = makeList(ctx, site, 1); err != nil {
		return made, err
	}
	if err := fill(ctx, database, made.large, large-1); err != nil {
		return made, err
	}
	for range writers {
		token, err := makeList(ctx, site, 1)
		if err != nil {
			return made, err
		}
		made.writes = append(made.writes, token)
	}
	return made, nil
}

func makeList(ctx context.Context, site string, items int) (owner todo.Token, err error) {
	cookie := ""
	for n := range items {
		form := url.Values{"todo": {fmt.Sprintf("Water %d plants & wait", n+1)}}
		response, err := postForm(ctx, site+"/add", cookie, form)
		if err != nil {
			return owner, err
		}
		for _, set := range response.Cookies() {
			cookie = set.Name + "=" + set.Value
			if owner, err = todo.ParseToken(set.Value); err != nil {
				return owner, err
			}
		}
	}
	return owner, nil
}

func postForm(ctx context.Context, address, cookie string, form url.Values) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	request.Header = http.Header{"Cookie": {cookie}, "Content-Type": {"application/x-www-form-urlencoded"}}
	response, err := http.DefaultTransport.RoundTrip(request) // no redirect is followed
	if err != nil {
		return nil, err
	}
	response.Body.Close()
	if response.StatusCode != http.StatusSeeOther {
		return nil, fmt.Errorf("POST %s: %s", address, response.Status)
	}
	return response, nil
}

// cookieOf is what the owner's browser sends.
func cookieOf(owner todo.Token) string { return "__Host-list=" + owner.String() }

// fill adds items without the app, which takes one at a time.
func fill(ctx context.Context, database string, owner todo.Token, items int) error {
	conn, err := pgx.Connect(ctx, database)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	hash := owner.Hash()
	_, err = conn.Exec(ctx, `
		with new as (
		    insert into todos (list, title, completed, position)
		    select id, 'Water ' || n || ' plants & wait', n % 2 = 0, n + 1 from lists, generate_series(1, $2) n where owner = $1
		    returning completed
		)
		update lists set total = total + $2, open = open + (select count(*) from new where not completed) where owner = $1`,
		hash[:], items)
	if err != nil {
		return fmt.Errorf("fill the large list: %w", err)
	}
	_, err = conn.Exec(ctx, "vacuum analyze")
	return err
}
