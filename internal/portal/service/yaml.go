package service

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// yamlDocument is a YAML text that is read field by field, so that every mistake in it is told at once and where it
// stands.
type yamlDocument struct {
	name     string
	body     ast.Node
	mistakes []mistake
}

// mistake is something wrong at one place of the text.
type mistake struct {
	line, column int
	message      string
}

func parseYAML(name string, text []byte) (*yamlDocument, error) {
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		if located, ok := errors.AsType[yaml.Error](err); ok && located.GetToken() != nil {
			at := located.GetToken().Position
			return nil, fmt.Errorf("%s:%d:%d: not YAML: %s", name, at.Line, at.Column, located.GetMessage())
		}
		return nil, fmt.Errorf("%s: not YAML: %w", name, err)
	}
	if len(file.Docs) > 1 {
		return nil, fmt.Errorf("%s: has %d YAML documents; one organisation and one document per file are allowed", name, len(file.Docs))
	}
	document := &yamlDocument{name: name}
	if len(file.Docs) == 1 {
		document.body = file.Docs[0].Body
	}
	return document, nil
}

// err joins all mistakes in the order in which they stand.
func (d *yamlDocument) err() error {
	slices.SortStableFunc(d.mistakes, func(a, b mistake) int { return cmp.Or(a.line-b.line, a.column-b.column) })
	var list []error
	for _, m := range d.mistakes {
		list = append(list, fmt.Errorf("%s:%d:%d: %s", d.name, m.line, m.column, m.message))
	}
	return errors.Join(list...)
}

// mapping is a mapping of the document with the fields it may have.
type mapping struct {
	document *yamlDocument
	start    ast.Node // nil for an empty document
	fields   []*ast.MappingValueNode
}

// top returns the mapping that the document is.
func (d *yamlDocument) top(allowed ...string) mapping {
	if d.body == nil {
		return mapping{document: d}
	}
	return d.mapping(d.body, "the file", allowed)
}

func (d *yamlDocument) mapping(node ast.Node, what string, allowed []string) mapping {
	m := mapping{document: d, start: node}
	switch n := node.(type) {
	case *ast.MappingNode:
		m.fields = n.Values
	case *ast.MappingValueNode:
		m.fields = []*ast.MappingValueNode{n}
	default:
		m.fail(node, "%s is %s; it has to be a mapping with the fields %s", what, kindOf(node), strings.Join(allowed, ", "))
	}
	if len(m.fields) > 0 {
		m.start = m.fields[0].Key
	}
	for _, field := range m.fields {
		if name := keyName(field); !slices.Contains(allowed, name) {
			m.fail(field.Key, "%q is no field here; allowed are %s", name, strings.Join(allowed, ", "))
		}
	}
	return m
}

func keyName(field *ast.MappingValueNode) string { return field.Key.GetToken().Value }

func (m mapping) fail(node ast.Node, format string, args ...any) {
	at := token.Position{Line: 1, Column: 1}
	if node != nil {
		at = *node.GetToken().Position
	}
	m.document.mistakes = append(m.document.mistakes, mistake{line: at.Line, column: at.Column, message: fmt.Sprintf(format, args...)})
}

func (m mapping) find(name string) *ast.MappingValueNode {
	for _, field := range m.fields {
		if keyName(field) == name {
			return field
		}
	}
	return nil
}

// has reports whether the field is there with a value.
func (m mapping) has(name string) bool {
	field := m.find(name)
	return field != nil && field.Value.Type() != ast.NullType
}

// keyOf and valueOf are where a mistake with a field stands: at its name or at its value; at the mapping if the field
// is not there.
func (m mapping) keyOf(name string) ast.Node {
	if field := m.find(name); field != nil {
		return field.Key
	}
	return m.start
}

func (m mapping) valueOf(name string) ast.Node {
	if field := m.find(name); field != nil && field.Value.Type() != ast.NullType {
		return field.Value
	}
	return m.keyOf(name)
}

// text says what a field that holds one text may be.
type text struct {
	required bool
	pattern  *regexp.Regexp // nil: anything
	allowed  string         // in words
}

// text returns the value of a field that holds one text. A number is what it was written as: YAML reads an unquoted
// phone number as one.
func (m mapping) text(name string, want text) string {
	value := ""
	if m.has(name) {
		raw, ok := scalar(m.find(name).Value)
		if !ok {
			m.fail(m.valueOf(name), "%s is %s; write %s", name, kindOf(m.valueOf(name)), want.allowed)
			return ""
		}
		value = strings.TrimSpace(raw)
	}
	switch {
	case value == "" && want.required:
		m.fail(m.valueOf(name), "%s is required; write %s", name, want.allowed)
	case value != "" && want.pattern != nil && !want.pattern.MatchString(value):
		m.fail(m.valueOf(name), "%s is %q; write %s", name, value, want.allowed)
	}
	return value
}

// place says where a field stands, for what turns out to be wrong with it later.
func (m mapping) place(name string) string {
	at := m.keyOf(name).GetToken().Position
	return fmt.Sprintf("%s:%d:%d", m.document.name, at.Line, at.Column)
}

// list returns the elements of a field that holds a list of texts, each once, as parse returns them.
func (m mapping) list(name string, parse func(string) (string, error)) []string {
	list := []string{}
	for _, node := range m.elements(name, "a list of texts") {
		text, ok := scalar(node)
		if !ok {
			m.fail(node, "%s has an element that is %s; each has to be one text", name, kindOf(node))
			continue
		}
		value, err := parse(strings.TrimSpace(text))
		switch {
		case err != nil:
			m.fail(node, "%s has %q: %v", name, text, err)
		case slices.Contains(list, value):
			m.fail(node, "%s has %q twice; leave one out", name, value)
		default:
			list = append(list, value)
		}
	}
	return list
}

// mappings returns the elements of a field that holds a list of mappings.
func (m mapping) mappings(name, what string, allowed ...string) []mapping {
	var list []mapping
	for _, node := range m.elements(name, what) {
		list = append(list, m.document.mapping(node, "an element of "+name, allowed))
	}
	return list
}

func (m mapping) elements(name, what string) []ast.Node {
	if !m.has(name) {
		return nil
	}
	sequence, ok := m.find(name).Value.(*ast.SequenceNode)
	if !ok {
		m.fail(m.valueOf(name), "%s is %s; it has to be %s", name, kindOf(m.valueOf(name)), what)
		return nil
	}
	return sequence.Values
}

// scalar returns a single value as it was written.
func scalar(node ast.Node) (string, bool) {
	switch n := node.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return node.GetToken().Value, true
	default:
		return "", false
	}
}

func kindOf(node ast.Node) string {
	switch node.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a mapping"
	case *ast.SequenceNode:
		return "a list"
	case *ast.NullNode:
		return "empty"
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		return "an anchor, alias or tag, which this file has no use for"
	default:
		return fmt.Sprintf("%q", node.GetToken().Value)
	}
}
