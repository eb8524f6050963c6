package pwned

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// File is a copy of the corpus: one line SHA1:COUNT for each password, in hexadecimal and in the order of the hashes,
// as the PwnedPasswordsDownloader writes it into a single file.
type File struct {
	path string
}

// hashLength is that of a SHA-1 in hexadecimal, and maxLine what a line may have: a hash, a colon, a count and a line
// end.
const (
	hashLength = 40
	maxLine    = hashLength + 24
)

// OpenFile checks that there is such a file. It is opened for each look-up, so that it can be replaced while the portal
// runs.
func OpenFile(path string) (*File, error) {
	f := &File{path}
	if _, err := f.Range(context.Background(), "00000"); err != nil {
		return nil, err
	}
	return f, nil
}

// Range returns the rest of the SHA-1 of every password in the file whose SHA-1 starts with the prefix of five
// hexadecimal digits, in upper case.
func (f *File) Range(_ context.Context, prefix string) ([]string, error) {
	file, err := os.Open(f.path)
	if err != nil {
		return nil, fmt.Errorf("file of pwned passwords: %w", err)
	}
	defer func() { _ = file.Close() }() // it was only read
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("file of pwned passwords: %w", err)
	}
	suffixes, err := search(file, info.Size(), strings.ToUpper(prefix))
	if err != nil {
		return nil, fmt.Errorf("file of pwned passwords %s: %w", f.path, err)
	}
	return suffixes, nil
}

// search finds the lines that start with the prefix: by halves to the first one, and from there on line by line.
func search(file io.ReaderAt, size int64, prefix string) ([]string, error) {
	low, high := int64(0), size // the first such line starts at low or behind it, and at high or before it
	for high-low > maxLine {
		middle := low + (high-low)/2
		start, hash, err := lineAfter(file, size, middle)
		switch {
		case errors.Is(err, io.EOF):
			high = middle
		case err != nil:
			return nil, err
		case hash < prefix:
			low = start
		default:
			high = middle
		}
	}
	suffixes := []string{}
	lines := bufio.NewReader(io.NewSectionReader(file, low, size-low))
	for at, last := low, ""; ; {
		line, err := lines.ReadString('\n')
		if len(line) > 0 {
			hash, wrong := hashOf(line, at)
			if wrong != nil {
				return nil, wrong
			}
			if hash < last {
				return nil, fmt.Errorf("the line at byte %d is out of order; sort the file by hash", at)
			}
			at, last = at+int64(len(line)), hash
			if strings.HasPrefix(hash, prefix) {
				suffixes = append(suffixes, hash[len(prefix):])
			} else if hash > prefix {
				return suffixes, nil
			}
		}
		if errors.Is(err, io.EOF) {
			return suffixes, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// lineAfter returns the first line that starts behind a place, and where; io.EOF if there is none.
func lineAfter(file io.ReaderAt, size, place int64) (start int64, hash string, err error) {
	lines := bufio.NewReaderSize(io.NewSectionReader(file, place, size-place), 2*maxLine)
	rest, err := lines.ReadString('\n')
	if err != nil {
		return 0, "", err
	}
	start = place + int64(len(rest))
	line, err := lines.ReadString('\n')
	if line == "" {
		return 0, "", err
	}
	hash, err = hashOf(line, start)
	return start, hash, err
}

func hashOf(line string, at int64) (string, error) {
	hash, count, ok := strings.Cut(strings.TrimSpace(line), ":")
	if !ok || len(hash) != hashLength || !isHex(hash) || count == "" || strings.Trim(count, "0123456789") != "" {
		return "", fmt.Errorf("the line at byte %d is not SHA1:COUNT, such as 21BD1…E28C:37359195", at)
	}
	return strings.ToUpper(hash), nil
}
