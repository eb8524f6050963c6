package provider

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// peopleList reads a list of people as spreadsheets save it: CSV (RFC 4180) with a header of attribute names. Whoever keeps such a list is no programmer,
// so every error names the line and the column.
type peopleList struct {
	reader  *csv.Reader
	columns []peopleColumn
	lines   map[string]int // key of an e-mail address → the line that has it
}

// peopleColumn is one column of the list. A dotted name is that of an attribute of a nested object.
type peopleColumn struct {
	name, object, attribute string
	kind                    attr.Type
}

const (
	// maxPeopleList is the most bytes of one list: far more than 50,000 people need.
	maxPeopleList = 10 << 20

	emailColumn = "email"
	// elementSeparator stands between the elements of a set in one cell. Commas, semicolons and spaces have other uses in a list of people.
	elementSeparator = "|"
)

var columnName = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$`)

// readPeople returns the people of a list as objects of one type, by e-mail address in the form in which it is unique.
func readPeople(text string) (types.Map, error) {
	none := types.MapNull(types.ObjectType{})
	if len(text) > maxPeopleList {
		return none, fmt.Errorf("the list has %d bytes; it may have at most %d, so divide it", len(text), maxPeopleList)
	}
	text = strings.TrimPrefix(text, "\ufeff") // Excel begins a UTF-8 file with a byte order mark
	list := peopleList{reader: csv.NewReader(strings.NewReader(text)), lines: map[string]int{}}
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
			return types.MapValueMust(types.ObjectType{AttrTypes: list.attributeTypes()}, people), nil
		}
		if err != nil {
			return none, err
		}
		if !slices.ContainsFunc(row, func(cell string) bool { return cell != "" }) {
			continue // spreadsheets save rows that were emptied
		}
		key, person, err := list.person(row)
		if err != nil {
			return none, err
		}
		people[key] = person
	}
}

// separatorOf is what stands between the cells. No attribute name holds any of the three, so the first one in the header is it. Where a comma is the decimal
// sign, spreadsheets write semicolons.
func separatorOf(text string) rune {
	header, _, _ := strings.Cut(text, "\n")
	if i := strings.IndexAny(header, ",;\t"); i >= 0 {
		return rune(header[i])
	}
	return ','
}

// read returns the next row, without the space around its cells.
func (l *peopleList) read() ([]string, error) {
	row, err := l.reader.Read()
	if broken, ok := errors.AsType[*csv.ParseError](err); ok {
		what := "a quotation mark stands inside a cell that is not in quotation marks; put the cell in quotation marks, and double those inside"
		if errors.Is(broken.Err, csv.ErrQuote) {
			what = fmt.Sprintf("the cell that begins with a quotation mark on line %d does not end, or goes on behind its second quotation mark; double those inside", broken.StartLine)
		}
		return nil, fmt.Errorf("line %d, character %d: %s", broken.Line, broken.Column, what)
	}
	for i := range row {
		row[i] = strings.TrimSpace(row[i])
	}
	return row, err
}

func (l *peopleList) readHeader() error {
	header, err := l.read()
	if errors.Is(err, io.EOF) {
		return errors.New("the list is empty; its first line names the attributes, such as email,first_name,last_name")
	}
	if err != nil {
		return err
	}
	line, _ := l.reader.FieldPos(0)
	attributes := userSchema().Attributes
	for i, name := range header {
		where := fmt.Sprintf("line %d, column %d", line, i+1)
		if !columnName.MatchString(name) {
			return fmt.Errorf("%s: %q is no name of an attribute; the first line names them in small letters, digits and underscores, such as first_name, "+
				"or telephony.extension for one inside an object", where, name)
		}
		column := peopleColumn{name: name, attribute: name}
		if object, attribute, nested := strings.Cut(name, "."); nested {
			column.object, column.attribute = object, attribute
		}
		for j, other := range l.columns {
			switch {
			case other.name == name:
				return fmt.Errorf("%s: %q names column %d already; remove or rename one of them", where, name, j+1)
			case other.name == column.object || other.object == name:
				return fmt.Errorf("%s: %q cannot stand beside %q (column %d), of which one is an object and the other in it; rename one of them", where, name, other.name, j+1)
			}
		}
		if column.kind, err = columnType(attributes, column); err != nil {
			return fmt.Errorf("%s: %w", where, err)
		}
		l.columns = append(l.columns, column)
	}
	if !slices.ContainsFunc(l.columns, func(c peopleColumn) bool { return c.name == emailColumn }) {
		return fmt.Errorf("line %d: there is no column %q, by which people are told apart; the columns are %q", line, emailColumn, header)
	}
	return nil
}

// columnType is the type of the attribute of a user that a column is named after. Any other column is the list's own, and holds texts.
func columnType(attributes map[string]schema.Attribute, column peopleColumn) (attr.Type, error) {
	if column.object != "" {
		object, ok := attributes[column.object].(schema.SingleNestedAttribute)
		if !ok {
			return types.StringType, nil
		}
		attributes = object.Attributes
	}
	attribute, ok := attributes[column.attribute]
	if !ok {
		return types.StringType, nil
	}
	switch kind := attribute.GetType().(type) {
	case types.ObjectType:
		return nil, fmt.Errorf("%q is an object, and a cell cannot hold one; name the attribute in it, such as %[1]s.%s", column.name, firstAttribute(attribute))
	case types.MapType:
		return nil, fmt.Errorf("%q is a map, and a cell cannot hold one; give the column a name of its own, and build the map in the configuration", column.name)
	default:
		return kind, nil
	}
}

func firstAttribute(attribute schema.Attribute) string {
	var names []string
	if object, ok := attribute.(schema.SingleNestedAttribute); ok {
		for name := range object.Attributes {
			names = append(names, name)
		}
	}
	return slices.Min(names)
}

// person returns the object of one row, and its key.
func (l *peopleList) person(row []string) (key string, person attr.Value, err error) {
	line, _ := l.reader.FieldPos(0)
	if len(row) != len(l.columns) {
		return "", nil, fmt.Errorf("line %d has %d cells and the first line has %d; put a cell that holds a %q in quotation marks", line, len(row), len(l.columns), l.reader.Comma)
	}
	values := map[string]attr.Value{}
	nested := map[string]map[string]attr.Value{}
	for i, column := range l.columns {
		at, _ := l.reader.FieldPos(i)
		value, err := cellValue(column.kind, row[i])
		if err == nil && column.name == emailColumn {
			if _, err = portal.ParseEmail(row[i]); err == nil {
				key = portal.EmailKey(row[i])
				if other, twice := l.lines[key]; twice {
					err = fmt.Errorf("line %d has the same e-mail address; keep one of the two", other)
				}
				l.lines[key] = at
			}
		}
		if err != nil {
			return "", nil, fmt.Errorf("line %d, column %d (%s): %q: %w", at, i+1, column.name, row[i], err)
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
			return noneAsNull(cell), nil
		}
	}
}

func boolOfCell(cell string) (attr.Value, error) {
	switch strings.ToLower(cell) {
	case "":
		return types.BoolNull(), nil
	case "true", "yes", "1":
		return types.BoolValue(true), nil
	case "false", "no", "0":
		return types.BoolValue(false), nil
	default:
		return nil, errors.New("write true or false, yes or no, 1 or 0, or leave the cell empty")
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
