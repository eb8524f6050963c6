package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// repository is the Go code of a module, as far as it tells which test carries which requirement: the declarations of
// packages by folder and name. A test and what it tests have one folder, so both their packages are one here.
type repository struct {
	declarations map[symbol]*declaration
	forTests     map[string]bool // folders of packages that help tests: they import testing
}

// symbol names a declaration. The name of a method has a dot in front: which type it is of is not known where it is
// called.
type symbol struct{ folder, name string }

// declaration is a function, or a variable or constant of a package, or all methods of one name.
type declaration struct {
	uses     map[symbol]bool // what it refers to, in this module
	rows     []string        // texts that name a row of a table: they begin with an id
	subtests bool            // it runs subtests
	test     bool
	shipped  bool // not in a test file
}

// parseRepository reads every Go file below a folder that is part of its module.
func parseRepository(root string) (repository, error) {
	code := repository{declarations: map[symbol]*declaration{}, forTests: map[string]bool{}}
	module, err := modulePath(root)
	if err != nil {
		return code, err
	}
	files := token.NewFileSet()
	err = filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && file != root && strings.HasPrefix(entry.Name(), "."), entry.IsDir() && entry.Name() == "testdata":
			return filepath.SkipDir
		case entry.IsDir() || filepath.Ext(file) != ".go":
			return nil
		}
		parsed, err := parser.ParseFile(files, file, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		folder, err := filepath.Rel(root, filepath.Dir(file))
		if err != nil {
			return err
		}
		code.add(module, filepath.ToSlash(folder), parsed, strings.HasSuffix(file, "_test.go"))
		return nil
	})
	return code, err
}

var moduleLine = regexp.MustCompile(`(?m)^module (\S+)$`)

func modulePath(root string) (string, error) {
	text, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return "", err
	}
	found := moduleLine.FindSubmatch(text)
	if found == nil {
		return "", fmt.Errorf("%s names no module", filepath.Join(root, "go.mod"))
	}
	return string(found[1]), nil
}

func (code repository) add(module, folder string, file *ast.File, tests bool) {
	imports := map[string]string{} // by the names they have in the file; the folder of a package of this module, "" for others
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		code.forTests[folder] = code.forTests[folder] || imported == "testing" && !tests
		name := path.Base(imported)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		imports[name] = ""
		if within, ok := strings.CutPrefix(imported, module+"/"); ok {
			imports[name] = within
		}
	}
	for _, decl := range file.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			name := decl.Name.Name
			if decl.Recv != nil {
				name = "." + name
			}
			d := code.declare(symbol{folder, name}, !tests)
			d.test = tests && strings.HasPrefix(name, "Test") && name != "TestMain"
			d.read(folder, imports, decl)
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				if values, ok := spec.(*ast.ValueSpec); ok {
					for _, name := range values.Names {
						code.declare(symbol{folder, name.Name}, !tests).read(folder, imports, values)
					}
				}
			}
		}
	}
}

// declare returns the declaration with a name: another one, unless it is that of several methods.
func (code repository) declare(at symbol, shipped bool) *declaration {
	if code.declarations[at] == nil {
		code.declarations[at] = &declaration{uses: map[symbol]bool{}}
	}
	d := code.declarations[at]
	d.shipped = d.shipped || shipped
	return d
}

// read notes what a node refers to, and which rows it names.
func (d *declaration) read(folder string, imports map[string]string, node ast.Node) {
	ast.Inspect(node, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if within, imported := packageOf(n, imports); !imported {
				d.uses[symbol{folder, "." + n.Sel.Name}] = true
			} else if within != "" {
				d.uses[symbol{within, n.Sel.Name}] = true
			}
		case *ast.Ident:
			d.uses[symbol{folder, n.Name}] = true
		case *ast.CallExpr:
			called, method := n.Fun.(*ast.SelectorExpr)
			if method && called.Sel.Name == "Run" && len(n.Args) == 2 {
				d.subtests = true
			}
			if !method || !messages(called, imports) {
				d.name(n.Args...)
			}
		case *ast.CompositeLit:
			if list, ok := n.Type.(*ast.ArrayType); ok {
				if element, ok := list.Elt.(*ast.Ident); ok && element.Name == "string" {
					return true // a list of ids, not a table
				}
			}
			for _, element := range n.Elts {
				if pair, ok := element.(*ast.KeyValueExpr); ok {
					d.name(pair.Key, pair.Value)
				} else {
					d.name(element)
				}
			}
		}
		return true
	})
}

// packageOf is the folder of the package that a selector selects from, and whether it selects from a package at all.
func packageOf(selector *ast.SelectorExpr, imports map[string]string) (folder string, imported bool) {
	from, ok := selector.X.(*ast.Ident)
	if !ok {
		return "", false
	}
	folder, imported = imports[from.Name]
	return folder, imported
}

// messages reports whether a function is given texts that name no row: one of another module, such as
// strings.HasPrefix, or what a test says.
func messages(called *ast.SelectorExpr, imports map[string]string) bool {
	if within, imported := packageOf(called, imports); imported && within == "" {
		return true
	}
	return slices.Contains([]string{"Error", "Errorf", "Fatal", "Fatalf", "Log", "Logf", "Skip", "Skipf"}, called.Sel.Name)
}

var rowName = regexp.MustCompile(`^[A-Z]{2,3}-\d\d( .*)?$`)

// name notes those of the expressions that name a row.
func (d *declaration) name(expressions ...ast.Expr) {
	for _, expression := range expressions {
		literal, ok := expression.(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			continue
		}
		if text, err := strconv.Unquote(literal.Value); err == nil && rowName.MatchString(text) {
			d.rows = append(d.rows, text)
		}
	}
}

var idInName = regexp.MustCompile(`^([A-Z]{2,3})(\d\d)$`)

// carriers are the tests that carry an id, by id: in their own name, between underscores, or in the name of a row of a
// table that they run as subtests, wherever the table is.
func (code repository) carriers() map[string][]test {
	all := map[string][]test{}
	for at, d := range code.declarations {
		if !d.test {
			continue
		}
		name := strings.TrimPrefix(path.Base(at.folder)+"."+at.name, "..") // the module's own folder has no name
		own := map[string]bool{}
		for part := range strings.SplitSeq(strings.TrimPrefix(at.name, "Test"), "_") {
			if found := idInName.FindStringSubmatch(part); found != nil {
				own[found[1]+"-"+found[2]] = true
			}
		}
		for id := range own {
			all[id] = append(all[id], test{name: name})
		}
		for id, rows := range code.rows(at) {
			if !own[id] {
				all[id] = append(all[id], test{name, rows})
			}
		}
	}
	for _, tests := range all {
		slices.SortFunc(tests, func(a, b test) int { return strings.Compare(a.name, b.name) })
	}
	return all
}

// rows counts the rows with an id that a test runs.
func (code repository) rows(of symbol) map[string]int {
	reached, subtests := map[symbol]bool{}, false
	names := map[string]bool{}
	for next := []symbol{of}; len(next) > 0; {
		at := next[0]
		next = next[1:]
		d := code.declarations[at]
		if d == nil || reached[at] || at != of && d.test || d.shipped && !code.forTests[at.folder] {
			continue
		}
		reached[at] = true
		subtests = subtests || d.subtests
		for _, row := range d.rows {
			names[row] = true
		}
		next = slices.AppendSeq(next, maps.Keys(d.uses))
	}
	count := map[string]int{}
	if subtests {
		for row := range names {
			id, _, _ := strings.Cut(row, " ")
			count[id]++
		}
	}
	return count
}
