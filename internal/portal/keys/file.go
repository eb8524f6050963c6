package keys

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

// file is a key file.
type file struct {
	About string `json:"about"`
	Keys  []key  `json:"keys"`
}

const about = "Keys of a switchboard portal. They decrypt the second factors in its database and seal its audit trail. " +
	"Keep a copy of this file, apart from the copies of the database."

// Beside is the key file of a database file, unless another one is named.
func Beside(database string) string { return database + ".key" }

// Read reads a key file. It returns an error that is fs.ErrNotExist if there is none.
func Read(path string) (*Ring, error) {
	keys, err := readFile(path)
	if err != nil {
		return nil, err
	}
	return &Ring{path: path, keys: keys}, nil
}

// Make makes a key file with a new key, for its owner only. Of several that are made at once at one path there is
// one, which all return.
func Make(path string, random io.Reader, now time.Time) (*Ring, error) {
	k, err := newKey(random, now)
	if err != nil {
		return nil, err
	}
	unfinished := path + ".unfinished-" + rand.Text()
	if err := writeFile(unfinished, []key{k}); err != nil {
		return nil, err
	}
	err = os.Link(unfinished, path)                 // which never overwrites
	if err != nil && !errors.Is(err, fs.ErrExist) { // a file system without hard links
		err = claim(path, unfinished)
	}
	err = errors.Join(ignoreExist(err), os.Remove(unfinished), syncFolder(path))
	if err != nil {
		return nil, fmt.Errorf("make the key file %s: %w", path, err)
	}
	return Read(path)
}

// claim copies a finished file to a name that nobody has.
func claim(path, finished string) error {
	text, err := os.ReadFile(finished)
	if err != nil {
		return err
	}
	return create(path, text)
}

func ignoreExist(err error) error {
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}

// Add adds a new key to a key file and returns its id. Portals that run find it there when they need it.
func Add(path string, random io.Reader, now time.Time) (id string, err error) {
	keys, err := readFile(path)
	if err != nil {
		return "", err
	}
	k, err := newKey(random, now)
	if err != nil {
		return "", err
	}
	unfinished := path + ".new" // the one name keeps two from adding at once, of which one would be lost
	err = writeFile(unfinished, append(keys, k))
	if errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("%s is there: somebody adds a key right now, or was interrupted; if nobody does, remove that file and try again: %w", unfinished, err)
	}
	if err != nil {
		return "", err
	}
	if err := errors.Join(os.Rename(unfinished, path), syncFolder(path)); err != nil {
		return "", fmt.Errorf("replace the key file %s: %w", path, err)
	}
	return k.ID, nil
}

func writeFile(path string, keys []key) error {
	text, err := json.MarshalIndent(file{About: about, Keys: keys}, "", "  ")
	if err != nil {
		return err
	}
	return create(path, append(text, '\n'))
}

// create makes a new file that survives a power cut. It never overwrites one.
func create(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}

func syncFolder(path string) error {
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	if runtime.GOOS == "windows" { // which has no such thing
		return folder.Close()
	}
	return errors.Join(folder.Sync(), folder.Close())
}

func readFile(path string) ([]key, error) {
	state, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	const others = 0o007
	if mode := state.Mode().Perm(); mode&others != 0 && runtime.GOOS != "windows" {
		return nil, fmt.Errorf("every user of this machine can open the key file %s (its mode is %04o); take that right away: chmod o= %s", path, mode, path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var read file
	decoder := json.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(&read); err != nil {
		return nil, fmt.Errorf("%s is not a key file, or is damaged: it has to be as the portal made it; put the copy that you keep in its place", path)
	}
	if len(read.Keys) == 0 {
		return nil, fmt.Errorf("the key file %s has no key; put the copy that you keep in its place", path)
	}
	for _, k := range read.Keys {
		id, err := idOf(k.Secret)
		if err != nil {
			return nil, err
		}
		if len(k.Secret) != secretBytes || id != k.ID {
			return nil, fmt.Errorf("the key %q in the key file %s is damaged; put the copy that you keep in its place", k.ID, path)
		}
	}
	return read.Keys, nil
}
