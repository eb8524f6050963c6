package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	tfjson "github.com/hashicorp/terraform-json"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest/pgtest"
)

// record makes TestReleases write testdata of the present code before it reads all of them; testdata/README.md says
// when.
var record = flag.String("record", "", "write testdata of the present code under this version, such as v1.2.3")

// fixture is one demo as one version left it on one engine.
type fixture struct {
	version, demo, engine string
}

const sqlite, postgresql = "sqlite", "postgresql"

func (f fixture) folder() string { return filepath.Join("testdata", f.version, f.demo, f.engine) }
func (f fixture) configuration() string {
	return filepath.Join("testdata", f.version, f.demo, "configuration")
}

// demos are what make demo shows, by name, and the folders of their configurations.
func demos() map[string]string {
	all := map[string]string{"onboarding": filepath.Join("examples", "onboarding")}
	for _, platform := range portal.Platforms() {
		all[string(platform)] = filepath.Join("examples", "platforms", string(platform))
	}
	return all
}

// TestReleases_planIsEmpty opens what every released version has left behind with the present code: the database is
// migrated, the state is read, and the plan of that version's configuration has nothing to do. Every value in the state
// is still what it was; new attributes may come along.
func TestReleases_planIsEmpty(t *testing.T) {
	t.Parallel()
	if *record != "" {
		for demo, example := range demos() {
			recordDemo(t, *record, demo, example)
		}
	}
	left, err := filepath.Glob(filepath.Join("testdata", "v*", "*"))
	if err != nil || len(left) == 0 {
		t.Fatalf("there is no released version in testdata: %v", err)
	}
	for _, folder := range left {
		for _, engine := range []string{sqlite, postgresql} {
			f := fixture{filepath.Base(filepath.Dir(folder)), filepath.Base(folder), engine}
			t.Run(path.Join(f.version, f.demo, engine), func(t *testing.T) {
				t.Parallel()
				f.check(t)
			})
		}
	}
}

func (f fixture) check(t *testing.T) {
	w := newWorkspace(t, nil)
	w.copyFolder(f.configuration())
	recorded := unzipped(t, filepath.Join(f.folder(), "state.json.gz"))
	w.write("terraform.tfstate", string(recorded))
	switch f.engine {
	case sqlite:
		w.write("portal.db", string(unzipped(t, filepath.Join(f.folder(), "database.gz"))))
	case postgresql:
		database := pgtest.New(t)
		if err := pgtest.Restore(t.Context(), database, unzipped(t, filepath.Join(f.folder(), "database.sql.gz"))); err != nil {
			t.Fatalf("restore the database: %v", err)
		}
		token, err := os.ReadFile(filepath.Join(f.folder(), "token"))
		if err != nil {
			t.Fatal(err)
		}
		w.useServed(database, func() string { return strings.TrimSpace(string(token)) })
	}
	w.must("terraform", "get")
	if output, code := w.run("terraform", "plan", "-no-color", "-detailed-exitcode", "-out=plan.zip"); code != 0 {
		t.Fatalf("the plan is not empty, exit code %d:\n%s", code, output)
	}
	var plan tfjson.Plan
	if err := json.Unmarshal([]byte(w.mustOutput("terraform", "show", "-json", "plan.zip")), &plan); err != nil {
		t.Fatal(err)
	}
	if plan.PriorState == nil || plan.PriorState.Values == nil {
		t.Fatal("the plan holds no state")
	}
	now := map[string]any{}
	valuesIn(plan.PriorState.Values.RootModule, now)
	before := valuesInFile(t, recorded)
	if len(before) == 0 {
		t.Fatal("the recorded state holds no resource")
	}
	for address := range now {
		if _, ok := before[address]; !ok {
			t.Errorf("%s is new in the state", address)
		}
	}
	for address, values := range before {
		for _, difference := range changed(address, values, now[address]) {
			t.Error(difference)
		}
	}
}

// changed lists the values that are not what they were.
func changed(path string, before, now any) []string {
	object, ok := before.(map[string]any)
	if !ok {
		if cmp.Equal(before, now) {
			return nil
		}
		return []string{fmt.Sprintf("%s was %#v and is %#v", path, before, now)}
	}
	objectNow, ok := now.(map[string]any)
	if !ok {
		return []string{fmt.Sprintf("%s is not an object any more, but %#v", path, now)}
	}
	var differences []string
	for name, value := range object {
		differences = append(differences, changed(path+"."+name, value, objectNow[name])...)
	}
	return differences
}

// valuesIn collects the attributes of every managed resource in a module and its children, by address.
func valuesIn(module *tfjson.StateModule, values map[string]any) {
	for _, r := range module.Resources {
		if r.Mode == tfjson.ManagedResourceMode {
			values[r.Address] = r.AttributeValues
		}
	}
	for _, child := range module.ChildModules {
		valuesIn(child, values)
	}
}

// valuesInFile does the same with the text of a state file, which no provider has upgraded yet.
func valuesInFile(t *testing.T, text []byte) map[string]any {
	t.Helper()
	var state struct {
		Resources []struct {
			Module, Mode, Type, Name string
			Instances                []struct {
				IndexKey   json.RawMessage `json:"index_key"`
				Attributes map[string]any
			}
		}
	}
	if err := json.Unmarshal(text, &state); err != nil {
		t.Fatal(err)
	}
	values := map[string]any{}
	for _, r := range state.Resources {
		if r.Mode != string(tfjson.ManagedResourceMode) {
			continue
		}
		for _, instance := range r.Instances {
			address := strings.TrimPrefix(r.Module+"."+r.Type+"."+r.Name, ".")
			if len(instance.IndexKey) > 0 {
				address += "[" + string(instance.IndexKey) + "]"
			}
			values[address] = instance.Attributes
		}
	}
	return values
}

// recordDemo applies a demo with the present code, on both engines, and keeps what that leaves behind.
func recordDemo(t *testing.T, version, demo, example string) {
	t.Helper()
	for _, engine := range []string{sqlite, postgresql} {
		f := fixture{version, demo, engine}
		w := newWorkspace(t, nil)
		w.copyFolder(example)
		var database, token string
		if engine == postgresql {
			database = pgtest.New(t)
			w.useServed(database, func() string {
				token = w.newToken(database)
				return token
			})
		}
		w.must("terraform", "get")
		w.must("terraform", "apply", "-no-color", "-auto-approve")
		if engine == sqlite {
			w.must(w.binary, "portal", "backup", "--database", "portal.db", "--to", "copy.db")
			keep(t, f.folder(), "database.gz", w.read("copy.db"))
			if err := os.RemoveAll(f.configuration()); err != nil {
				t.Fatal(err)
			}
			if err := os.CopyFS(f.configuration(), os.DirFS(example)); err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{"demo.sh", "README.md"} {
				_ = os.Remove(filepath.Join(f.configuration(), name)) // which only the list has
			}
		} else {
			dump, err := pgtest.Dump(t.Context(), database)
			if err != nil {
				t.Fatal(err)
			}
			keep(t, f.folder(), "database.sql.gz", dump)
			if err := os.WriteFile(filepath.Join(f.folder(), "token"), []byte(token+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		keep(t, f.folder(), "state.json.gz", w.read("terraform.tfstate"))
	}
}

// useServed serves the folder's organisation on a PostgreSQL, and has the configuration use it in place of the embedded
// portal.
func (w *workspace) useServed(database string, token func() string) {
	w.t.Helper()
	address, _ := w.launch(io.Discard, "--database", database, "--key-file", "portal.key")
	served := address() // which has made the organisation that a token belongs to
	w.write("served_override.tf", fmt.Sprintf("provider \"switchboard\" {\n  embedded_portal = null\n  endpoint = %q\n  token = %q\n}\n", served, token()))
}

// newToken makes a token of the folder's organisation.
func (w *workspace) newToken(database string) string {
	w.t.Helper()
	var organization string
	for line := range strings.Lines(string(w.read("organization.yaml"))) {
		if id, ok := strings.CutPrefix(line, "id:"); ok {
			organization = strings.TrimSpace(id)
		}
	}
	return strings.TrimSpace(w.mustOutput(w.binary, "portal", "token", "create", "--database", database, "--key-file", "portal.key", "--organization", organization,
		"--name", "terraform", "--scope", "read,write,admin,system"))
}

// copyFolder copies the files of a folder into that of the workspace.
func (w *workspace) copyFolder(folder string) {
	w.t.Helper()
	if err := os.Remove(filepath.Join(w.dir, "organization.yaml")); err != nil {
		w.t.Fatal(err)
	}
	if err := os.CopyFS(w.dir, os.DirFS(folder)); err != nil {
		w.t.Fatal(err)
	}
}

func unzipped(t *testing.T, name string) []byte {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzip, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(unzip)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func keep(t *testing.T, folder, name string, text []byte) {
	t.Helper()
	var zipped bytes.Buffer
	zip, err := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := zip.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name), zipped.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}
