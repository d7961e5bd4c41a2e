package dockerbuild

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

// contextHash names what a build reads: the Dockerfile's text and every file of the context that .dockerignore does
// not exclude, with its path, its kind and its permissions. Times and owners are left out, because a fresh clone of the
// same commit has others.
func contextHash(context, dockerfile string) (string, error) {
	sum := sha256.New()
	text, err := os.ReadFile(dockerfile)
	if err != nil {
		return "", err
	}
	addEntry(sum, "Dockerfile", 0, text)

	ignored, err := readIgnore(context)
	if err != nil {
		return "", err
	}
	err = filepath.WalkDir(context, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || path == context {
			return err
		}
		name, err := filepath.Rel(context, path)
		if err != nil {
			return err
		}
		skip, err := ignored.MatchesOrParentMatches(name)
		if err != nil {
			return fmt.Errorf("%s: .dockerignore: %w", name, err)
		}
		if skip {
			if entry.IsDir() && !hasExceptions(ignored, name) {
				return filepath.SkipDir
			}
			return nil
		}
		return hashEntry(sum, name, path, entry)
	})
	if err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// hasExceptions says whether a "!" line can bring back something under an excluded directory. All others are passed
// over, as Docker does: they may be large, or not for this user to read.
func hasExceptions(ignored *patternmatcher.PatternMatcher, dir string) bool {
	inside := dir + string(filepath.Separator)
	return slices.ContainsFunc(ignored.Patterns(), func(p *patternmatcher.Pattern) bool {
		return p.Exclusion() && strings.HasPrefix(p.String()+string(filepath.Separator), inside)
	})
}

func readIgnore(context string) (*patternmatcher.PatternMatcher, error) {
	var patterns []string
	file, err := os.Open(filepath.Join(context, ".dockerignore"))
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, err
	default:
		defer file.Close()
		if patterns, err = ignorefile.ReadAll(file); err != nil {
			return nil, fmt.Errorf(".dockerignore: %w", err)
		}
	}
	matcher, err := patternmatcher.New(patterns)
	if err != nil {
		return nil, fmt.Errorf(".dockerignore: %w", err)
	}
	return matcher, nil
}

func hashEntry(sum hash.Hash, name, path string, entry fs.DirEntry) error {
	info, err := entry.Info()
	if err != nil {
		return err
	}
	switch {
	case info.Mode().IsRegular():
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		content := sha256.New()
		if _, err := io.Copy(content, file); err != nil {
			return err
		}
		addEntry(sum, name, info.Mode(), content.Sum(nil))
	case info.Mode().Type() == fs.ModeSymlink:
		target, err := os.Readlink(path)
		if err != nil {
			return err
		}
		addEntry(sum, name, info.Mode(), []byte(target))
	}
	return nil
}

// addEntry adds one entry in a form that can't be mistaken for two others: each part is led by its length.
func addEntry(sum hash.Hash, name string, mode fs.FileMode, content []byte) {
	fmt.Fprintf(sum, "%d:%s %o %d:", len(name), filepath.ToSlash(name), mode, len(content))
	sum.Write(content)
}
