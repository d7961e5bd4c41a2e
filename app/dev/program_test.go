package main

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// answering is an app that has one thing to say.
const answering = `package main

import (
	"net/http"
	"os"
)

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(answer)) })
	http.ListenAndServe(os.Getenv("LISTEN"), nil)
}
`

func write(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
}

func TestDevStartsTheAppAgainWhenItsCodeChanges(t *testing.T) {
	root := t.TempDir()
	app := filepath.Join(root, "app")
	say := func(text string) {
		write(t, filepath.Join(app, "answer", "answer.go"), "package answer\n\nconst Text = "+text+"\n")
	}
	write(t, filepath.Join(root, "go.mod"), "module crosscloud\n\ngo 1.26\n")
	write(t, filepath.Join(app, "main.go"), answering)
	write(t, filepath.Join(app, "answer.go"), "package main\n\nconst answer = \"first\"\n")
	settings := map[string]string{"LISTEN": freeAddress(t), "DATABASE_URL": "postgres://nobody.invalid/todo"}
	site, output, _ := sessionIn(t, root, t.TempDir(), settings)
	require.Equal(t, "first", page(t, site, nil))
	says := func(text string) {
		t.Helper()
		require.Eventually(t, func() bool {
			response, err := http.Get(site)
			if err != nil {
				return false // it is being replaced
			}
			defer response.Body.Close()
			body, err := io.ReadAll(response.Body)
			return err == nil && string(body) == text
		}, time.Minute, 20*time.Millisecond, "%s", text)
	}

	say(`"from a new package"`)
	write(t, filepath.Join(app, "answer.go"), "package main\n\nimport \"crosscloud/app/answer\"\n\nconst answer = answer_.Text\n")
	prints := func(text string) {
		t.Helper()
		require.Eventually(t, func() bool { return strings.Contains(output.String(), text) }, time.Minute, 20*time.Millisecond, text)
	}
	prints("undefined: answer_")
	assert.Equal(t, "first", page(t, site, nil), "what ran before a mistake goes on")
	write(t, filepath.Join(app, "answer.go"), "package main\n\nimport text \"crosscloud/app/answer\"\n\nconst answer = text.Text\n")
	says("from a new package")
	say(`"changed in it"`)
	says("changed in it")

	write(t, filepath.Join(app, "exit.go"), "package main\n\nimport \"os\"\n\nfunc init() { os.Exit(7) }\n")
	prints("The app has ended: exit status 7")
	require.NoError(t, os.Remove(filepath.Join(app, "exit.go")))
	says("changed in it")
}

func TestWhatTheAppIsBuiltFrom(t *testing.T) {
	for path, is := range map[string]bool{
		"app/main.go": true, "app/postgres/migrations/002_create_lists.sql": true, "app/api/openapi.json": true,
		"app/main_test.go": false, "app/web/static/style.css": false, "app/web/templates/list.html": false, "app/.main.go.swp": false, "app/4913": false,
	} {
		assert.Equal(t, is, builtFrom(path), path)
	}
}
