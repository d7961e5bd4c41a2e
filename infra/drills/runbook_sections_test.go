package drills

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// runbookSection is a heading of the README's runbook and the commands under it, one text for each block of code, whatever
// it is marked as: nothing there looks like commands and is not run.
type runbookSection struct {
	heading string
	blocks  []string
}

// runbookSections reads the level-3 sections under the level-2 heading "Runbook".
func runbookSections(readme []byte) []runbookSection {
	var sections []runbookSection
	inside := false
	document := goldmark.DefaultParser().Parse(text.NewReader(readme))
	for node := document.FirstChild(); node != nil; node = node.NextSibling() {
		switch node := node.(type) {
		case *ast.Heading:
			if node.Level <= 2 {
				inside = string(node.Lines().Value(readme)) == "Runbook"
			} else if inside {
				sections = append(sections, runbookSection{heading: string(node.Lines().Value(readme))})
			}
		case *ast.FencedCodeBlock, *ast.CodeBlock:
			if inside && len(sections) > 0 {
				last := &sections[len(sections)-1]
				last.blocks = append(last.blocks, string(node.Lines().Value(readme)))
			}
		}
	}
	return sections
}

func TestTheRunbookIsRead(t *testing.T) {
	require.Equal(t, []runbookSection{
		{"Look", []string{"make status\n", "one\ntwo   # three\n", "unmarked\n", "indented\n"}},
		{"Only `words`", nil},
	}, runbookSections([]byte("# Title\n```sh\nmake up\n```\n## Runbook\nIntroduction.\n### Look\n```sh\nmake status\n```\n"+
		"And then:\n```sh\none\ntwo   # three\n```\n```\nunmarked\n```\n\n    indented\n\n### Only `words`\nText.\n## Runbooks\n### Look\n```sh\nno\n```\n")))
}

// A section without commands has nothing that could be tried, and commands before the first heading would never be.
func TestTheReadmesRunbookIsAllCommands(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	sections := runbookSections(readme)
	require.NotEmpty(t, sections)
	for _, section := range sections {
		require.NotEmpty(t, section.blocks, section.heading)
	}
}
