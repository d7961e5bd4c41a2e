package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"

	"crosscloud/app/todo"
)

// exampleTodos are added from the last to the first, since the newest stands on
// top. They show what a title may hold.
var exampleTodos = []struct {
	Title     string `json:"title"`
	Completed bool   `json:"completed"`
}{
	{"Buy milk", false},
	{"Answer Ayşe's letter ✉️", false},
	{"Water the plants", true},
	{"See that <b>markup</b> & \"quotes\" stay text", false},
	{"שלום (this one is written from right to left)", false},
	{"Averylongwordwithoutaplacetobreakit" + strings.Repeat("onandon", 30), true},
	{strings.Repeat("A long title that takes several lines. ", 12), false},
}

// exampleList returns the owner's link to a list with something on it. Its
// token is kept in a file, so that the next session shows the same list.
func exampleList(ctx context.Context, site, file string) (string, error) {
	stored, err := os.ReadFile(file)
	if err == nil {
		link := site + "o/" + string(stored)
		if response, err := send(ctx, http.MethodGet, link, "", nil); err == nil && response.StatusCode == http.StatusOK {
			return link, nil
		}
		// It has expired, or the data were thrown away.
	}
	last := len(exampleTodos) - 1
	made, err := send(ctx, http.MethodPost, site+"add", "application/x-www-form-urlencoded",
		[]byte(url.Values{"todo": {exampleTodos[last].Title}}.Encode()))
	if err != nil {
		return "", err
	}
	cookies := made.Cookies()
	if made.StatusCode != http.StatusSeeOther || len(cookies) != 1 {
		return "", fmt.Errorf("POST %sadd: %s with %d cookies", site, made.Status, len(cookies))
	}
	owner, err := todo.ParseToken(cookies[0].Value)
	if err != nil {
		return "", err
	}
	for i := last - 1; i >= 0; i-- {
		body, err := json.Marshal(exampleTodos[i])
		if err != nil {
			return "", err
		}
		added, err := send(ctx, http.MethodPost, site+"l/"+owner.Share(0).String()+"/todos", "application/json", body)
		if err != nil {
			return "", err
		}
		if added.StatusCode != http.StatusCreated {
			return "", fmt.Errorf("add %q: %s", exampleTodos[i].Title, added.Status)
		}
	}
	return site + "o/" + owner.String(), os.WriteFile(file, []byte(owner.String()), 0o600)
}

// send follows no redirect, and leaves the answer's body alone.
func send(ctx context.Context, method, address, contentType string, body []byte) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	return response, response.Body.Close()
}
