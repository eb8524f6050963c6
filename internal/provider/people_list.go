package provider

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// peopleList reads a list of people as spreadsheets save it: CSV (RFC 4180) with a header of attribute names. Whoever
// keeps such a list is no programmer, so every error names the line and the column.
type peopleList struct {
	options  peopleOptions
	reader   *csv.Reader
	columns  []peopleColumn
	exported bool           // by the portal: GET /v1/users.csv
	emails   map[string]int // e-mail address in the form in which it is unique → the line that has it
	keys     map[string]int // key → the line that has it
}

const (
	// maxPeopleList is the most bytes of one list: far more than 50,000 people need.
	maxPeopleList = 10 << 20

	emailColumn = "email"
	// elementSeparator stands between the elements of a set in one cell. Commas, semicolons and spaces have other uses
	// in a list of people.
	elementSeparator = "|"
)

// readPeople returns the people of a list as objects of one type, by their keys.
func readPeople(text string, options peopleOptions) (types.Map, error) {
	none := types.MapNull(types.ObjectType{})
	text, err := options.text(text)
	if err != nil {
		return none, err
	}
	list := peopleList{
		options: options, reader: csv.NewReader(strings.NewReader(text)), emails: map[string]int{}, keys: map[string]int{},
	}
	list.reader.Comma = separatorOf(text)
	list.reader.FieldsPerRecord = -1 // the number of cells is judged below, in words of our own
	list.reader.ReuseRecord = true
	if err := list.readHeader(); err != nil {
		return none, err
	}
	people := map[string]attr.Value{}
	for {
		row, err := list.read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return none, err
		}
		key, person, err := list.person(row)
		if err != nil {
			return none, err
		}
		people[key] = person
	}
	if len(people) == 0 && !options.allowEmpty {
		return none, errors.New("the list has a heading and nobody in it, so a plan would delete everybody; if that is meant, " +
			"say people_from_csv(…, { allow_empty = true })")
	}
	return types.MapValueMust(types.ObjectType{AttrTypes: list.attributeTypes()}, people), nil
}

// separatorOf is what stands between the cells. No attribute name holds any of the three, so the first one in the
// header is it. Where a comma is the decimal sign, spreadsheets write semicolons.
func separatorOf(text string) rune {
	header, _, _ := strings.Cut(text, "\n")
	if i := strings.IndexAny(header, ",;\t"); i >= 0 {
		return rune(header[i])
	}
	return ','
}

// read returns the next row that has anything in it, without the space around its cells and without the empty cells at
// its end. Spreadsheets save rows and columns that were emptied.
func (l *peopleList) read() ([]string, error) {
	for {
		row, err := l.reader.Read()
		if broken, ok := errors.AsType[*csv.ParseError](err); ok {
			what := "a quotation mark stands inside a cell that is not in quotation marks; put the cell in quotation marks, " +
				"and double those inside"
			if errors.Is(broken.Err, csv.ErrQuote) {
				what = fmt.Sprintf("the cell that begins with a quotation mark on line %d does not end, "+
					"or goes on behind its second quotation mark; double those inside", broken.StartLine)
			}
			return nil, fmt.Errorf("line %d, character %d: %s", broken.Line, broken.Column, what)
		}
		if err != nil {
			return nil, err
		}
		last := 0
		for i := range row {
			if row[i] = strings.TrimSpace(row[i]); row[i] != "" {
				last = i + 1
			}
		}
		if last > 0 {
			return row[:max(last, min(len(row), len(l.columns)))], nil
		}
	}
}

// person returns the object of one row, and its key.
func (l *peopleList) person(row []string) (key string, person attr.Value, err error) {
	line, _ := l.reader.FieldPos(0)
	if len(row) != len(l.columns) {
		return "", nil, fmt.Errorf("line %d has %d cells and the first line has %d; put a cell that holds a %q in quotation marks",
			line, len(row), len(l.columns), l.reader.Comma)
	}
	values := map[string]attr.Value{}
	nested := map[string]map[string]attr.Value{}
	for i, column := range l.columns {
		if column.skipped {
			continue
		}
		cell := row[i]
		if l.exported {
			cell = portal.UsersCSVText(cell)
		}
		at, _ := l.reader.FieldPos(i)
		value, err := cellValue(column.kind, cell)
		if err == nil && column.name == emailColumn {
			err = l.noteEmail(cell, at)
		}
		if err == nil && column.name == l.keyColumn() {
			key, err = l.keyOf(cell, at)
		}
		if err != nil {
			return "", nil, fmt.Errorf("line %d, column %d (%s): %q: %w", at, i+1, column.name, cell, err)
		}
		if column.object == "" {
			values[column.attribute] = value
			continue
		}
		if nested[column.object] == nil {
			nested[column.object] = map[string]attr.Value{}
		}
		nested[column.object][column.attribute] = value
	}
	kinds := l.attributeTypes()
	for name, attributes := range nested {
		object, _ := kinds[name].(types.ObjectType)
		values[name] = types.ObjectNull(object.AttrTypes)
		for _, value := range attributes {
			if !value.IsNull() { // an object of nothing would be managed, and refused where the platform does not have it
				values[name] = types.ObjectValueMust(object.AttrTypes, attributes)
			}
		}
	}
	return key, types.ObjectValueMust(kinds, values), nil
}

// noteEmail checks the e-mail address on a line: nobody else in the list may have it.
func (l *peopleList) noteEmail(cell string, line int) error {
	if _, err := portal.ParseEmail(cell); err != nil {
		return err
	}
	return note(l.emails, portal.EmailKey(cell), line, "e-mail address")
}

// keyColumn is the column by which the map of people goes.
func (l *peopleList) keyColumn() string { return cmp.Or(l.options.key, emailColumn) }

// keyOf returns the key of the person on a line.
func (l *peopleList) keyOf(cell string, line int) (string, error) {
	switch {
	case l.keyColumn() == emailColumn:
		return strings.ToLower(strings.TrimSpace(cell)), nil // as it is written otherwise: addresses of resources have it
	case cell == "":
		return "", errors.New("the column is the key, so everybody in the list needs a value of their own in it")
	default:
		return cell, note(l.keys, cell, line, l.keyColumn())
	}
}

// note has each value on one line only.
func note(lines map[string]int, value string, line int, what string) error {
	if other, twice := lines[value]; twice {
		return fmt.Errorf("line %d has the same %s; keep one of the two", other, what)
	}
	lines[value] = line
	return nil
}

// cellValue reads a cell. An empty one is null: the list does not say.
func cellValue(kind attr.Type, cell string) (attr.Value, error) {
	switch kind := kind.(type) {
	case types.SetType:
		if cell == "" {
			return types.SetNull(kind.ElemType), nil
		}
		return setOfCell(cell)
	default:
		switch kind {
		case types.BoolType:
			return boolOfCell(cell)
		case types.Int64Type:
			if cell == "" {
				return types.Int64Null(), nil
			}
			number, err := strconv.ParseInt(cell, 10, 64)
			if err != nil {
				return nil, errors.New("write a whole number, such as 30")
			}
			return types.Int64Value(number), nil
		default:
			return textOrNull(cell), nil
		}
	}
}

func boolOfCell(cell string) (attr.Value, error) {
	switch strings.ToLower(cell) {
	case "":
		return types.BoolNull(), nil
	case "true", "yes", "on", "1":
		return types.BoolValue(true), nil
	case "false", "no", "off", "0":
		return types.BoolValue(false), nil
	default:
		return nil, errors.New("write true or false, yes or no, on or off, 1 or 0, or leave the cell empty")
	}
}

func setOfCell(cell string) (attr.Value, error) {
	var elements []string
	for element := range strings.SplitSeq(cell, elementSeparator) {
		element = strings.TrimSpace(element)
		switch {
		case element == "":
			return nil, fmt.Errorf("nothing stands before, behind or between a %q, which divides the elements of a set", elementSeparator)
		case slices.Contains(elements, element):
			return nil, fmt.Errorf("%q stands twice in the set; remove one", element)
		}
		elements = append(elements, element)
	}
	return textSet(elements), nil
}

// attributeTypes are the types of the attributes of a person.
func (l *peopleList) attributeTypes() map[string]attr.Type {
	kinds := map[string]attr.Type{}
	for _, column := range l.columns {
		if column.skipped {
			continue
		}
		if column.object == "" {
			kinds[column.attribute] = column.kind
			continue
		}
		object, ok := kinds[column.object].(types.ObjectType)
		if !ok {
			object = types.ObjectType{AttrTypes: map[string]attr.Type{}}
		}
		object.AttrTypes[column.attribute] = column.kind
		kinds[column.object] = object
	}
	return kinds
}

// textOrNull is null for an empty text.
func textOrNull(text string) types.String {
	if text == "" {
		return types.StringNull()
	}
	return types.StringValue(text)
}
