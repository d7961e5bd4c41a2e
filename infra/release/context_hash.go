package release

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

// contextHash names the content that an image is built from: the Dockerfile, and every file of dir that .dockerignore
// lets through. Only names, contents and the executable bit count, so every checkout of a commit has the same hash.
func contextHash(dir string) (string, error) {
	files, err := contextFiles(dir)
	if err != nil {
		return "", fmt.Errorf("build context %s: %w", dir, err)
	}
	sum := sha256.New()
	for _, name := range files {
		if err := hashFile(sum, dir, name); err != nil {
			return "", fmt.Errorf("build context %s: %w", dir, err)
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// dockerfile is read by the builder whether or not .dockerignore lets it into the context.
const dockerfile = "Dockerfile"

// contextFiles lists the context's files in lexical order, as slash-separated paths relative to dir.
func contextFiles(dir string) ([]string, error) {
	ignored, err := readIgnore(filepath.Join(dir, ".dockerignore"))
	if err != nil {
		return nil, err
	}
	var files []string
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		skip, err := ignored.MatchesOrParentMatches(name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		skip = skip && name != dockerfile
		switch {
		case entry.IsDir() && skip && !readmits(ignored, name):
			return filepath.SkipDir
		case entry.IsDir() || skip:
			return nil
		case !entry.Type().IsRegular():
			return fmt.Errorf("%s is not a regular file", name)
		}
		files = append(files, name)
		return nil
	})
	return files, err
}

func readIgnore(path string) (*patternmatcher.PatternMatcher, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return patternmatcher.New(nil)
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	patterns, err := ignorefile.ReadAll(file)
	if err != nil {
		return nil, err
	}
	return patternmatcher.New(patterns)
}

// readmits tells whether a "!" line can let something below the ignored directory through again. Without such a line
// the directory is not read: caches and .git are large.
func readmits(ignored *patternmatcher.PatternMatcher, dir string) bool {
	for _, pattern := range ignored.Patterns() {
		if pattern.Exclusion() && strings.HasPrefix(filepath.ToSlash(pattern.String())+"/", dir+"/") {
			return true
		}
	}
	return false
}

// hashFile adds one file. Lengths before name and content keep one list of files from reading like another.
func hashFile(sum io.Writer, dir, name string) error {
	path := filepath.Join(dir, filepath.FromSlash(name))
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(sum, "%d %s %t %d\n%s", len(name), name, info.Mode()&0o111 != 0, len(content), content)
	return err
}
